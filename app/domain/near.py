"""Near: which fingerprints differ in so few bits that their texts are as good as the same.

Needs numpy, which takes longer to load than most commands to run: import it where something is compared.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NEAR = 6
"""Bits by which the fingerprints of near-copies differ at most: about 0.8 of their words and pairs of words agree."""

_BLOCKS = 8
_WIDTH = 8
_TOGETHER = 64
"""Texts that agree in two blocks and are still compared each with each; of more, each with its neighbours."""

Words = npt.NDArray[np.uint64]
Labels = npt.NDArray[np.int64]


def groups(fingerprints: Sequence[int], near: int = NEAR) -> list[list[int]]:
    """Return the places of fingerprints in groups, each in order: whoever is `near` to one of a group belongs to it.

    Fingerprints that differ in up to six bits agree in at least two of eight blocks, so only those that do are
    compared (Manku, Jain and Das Sarma, "Detecting Near-Duplicates for Web Crawling", 2007).
    """
    values = np.array(fingerprints, np.uint64)
    labels = np.arange(len(values))
    blocks = [values >> np.uint64(_WIDTH * block) & np.uint64(0xFF) for block in range(_BLOCKS)]
    for first in range(_BLOCKS):
        for second in range(first):
            labels = _joined(values, blocks[first] << np.uint64(_WIDTH) | blocks[second], labels, near)
    found: dict[int, list[int]] = {}
    for place, label in enumerate(labels.tolist()):
        found.setdefault(label, []).append(place)
    return list(found.values())


def _joined(values: Words, marks: Words, labels: Labels, near: int) -> Labels:
    """Return the labels with those of near neighbours made one, where neighbours have the same mark."""
    order = np.argsort(marks, kind="stable")
    sorted_marks, sorted_values = marks[order], values[order]
    for step in range(1, min(_TOGETHER, len(order))):
        same = sorted_marks[step:] == sorted_marks[:-step]
        if not same.any():
            break
        mine = labels[order]
        places = np.flatnonzero(same & (mine[step:] != mine[:-step]))
        apart = np.bitwise_count(sorted_values[places + step] ^ sorted_values[places])
        places = places[apart <= near]
        if len(places):
            labels = _united(labels, mine[places], mine[places + step])
    return labels


def _united(labels: Labels, left: Labels, right: Labels) -> Labels:
    """Return the labels with each of `left` and the one beside it in `right` made one: the lower of them."""
    parents = np.arange(len(labels))
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        low, high = sorted((_root(parents, one), _root(parents, other)))
        parents[high] = low
    while not np.array_equal(parents, further := parents[parents]):
        parents = further
    return parents[labels]


def _root(parents: Labels, place: int) -> int:
    while parents[place] != place:
        place = int(parents[place])
    return place
