"""Sets of whole numbers in sorted arrays: by sorting, which takes the same time whatever the numbers are.

`numpy.unique` hashes since 2.3, and numbers made of two others collide there: a hundred times as slow.
"""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


def distinct(values: Numbers) -> Numbers:
    """Return each number once, ascending."""
    ordered = np.sort(values)
    return ordered[_new(ordered)]


def firsts(values: Numbers) -> tuple[Numbers, Numbers]:
    """Return each number once, ascending, and the place at which it stands first."""
    order = np.argsort(values, kind="stable")
    new = _new(values[order])
    return values[order][new], order[new]


def among(values: Numbers, ordered: Numbers) -> Marks:
    """Tell of each number whether it is in an ascending array."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    found: Marks = ordered[np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)] == values
    return found


def _new(ordered: Numbers) -> Marks:
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return new
