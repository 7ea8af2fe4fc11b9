"""Many lessons in one go: what `alerts.detection.deviation` says and learns one by one, as arrays."""

from collections.abc import Sequence
from functools import lru_cache, partial
from math import erfc, log, log10, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.detection.deviation import STEP, SURE, TAIL_SHARE, Pareto, Spread, normal_risk

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
NOTHING = 1e-13
"""Share of a number below which two of them are the same."""


def all_stabilised(counts: Numbers, expected: Numbers, spread: Numbers) -> Numbers:
    """Return `stabilised` of many, none of which is Poisson."""
    root = np.sqrt(spread)
    found: Numbers = np.arcsinh(root * np.sqrt(counts + 0.375)) - np.arcsinh(root * np.sqrt(expected + 0.375))
    return found * (2.0 / root)


def all_usual_counts(expected: Numbers, spread: Numbers, deviation: float) -> Numbers:
    """Return `usual_count` of many, none of which is Poisson."""
    root = np.sqrt(spread)
    found: Numbers = np.sinh(np.maximum(np.arcsinh(root * np.sqrt(expected + 0.375)) + deviation / 2.0 * root, 0.0))
    return np.maximum(found * found / spread - 0.375, 0.0)


def all_normal_risks(deviations: Numbers) -> Numbers:
    """Return `normal_risk` of many, of those beyond 35 the leading term alone."""
    shares = np.fromiter(map(erfc, (deviations * sqrt(0.5)).ravel().tolist()), np.float64, deviations.size)
    with np.errstate(divide="ignore"):
        found: Numbers = -np.log10(shares.reshape(deviations.shape) / 2.0)
    far = deviations > 35.0  # noqa: PLR2004 - as in `normal_risk`
    if far.any():
        found[far] = [normal_risk(one) for one in deviations[far].tolist()]
    return found


class Taught(NamedTuple):
    """Spreads of several lengths before each of some lessons, in rows, and how the lessons leave them."""

    values: Numbers
    beyond: Numbers
    squares: Numbers
    seen: Numbers


def foreseen(spreads: Sequence[Spread], counts: Numbers, expected: Numbers) -> Taught:
    """Return how lessons change spreads that know some already, a row each: what `teach` does.

    All of them remember as long.
    """
    rows, size = counts.shape
    fade, ages = _fading(spreads[0].state[0], size)
    state = np.array([one.state[1:] for one in spreads])
    gained = np.empty((3, rows, size + 1))
    gained[:, :, 0] = state.T
    gained[1, :, 1:] = expected * expected / fade[1:]
    gained[2, :, 1:] = ages
    squares, seen = fade * np.cumsum(gained[1:], axis=2)
    belief = 200.0 * squares / seen
    share, whole = 0.2 * belief, squares + belief + 1e-9
    error = counts - expected
    far = np.nonzero(error > 3.0 * np.sqrt(expected))
    for _ in range(size + 1):
        gained[0, :, 1:] = (error * error - expected) / fade[1:]
        beyond = fade * np.cumsum(gained[0], axis=1)
        values = np.minimum(np.maximum((beyond + share) / whole, 0.005), 4.0)
        if not len(far[0]):
            break
        clipped = np.minimum(counts[far], all_usual_counts(expected[far], values[far], 3.0)) - expected[far]
        if np.abs(clipped - error[far]).max() <= NOTHING * np.abs(clipped).max():
            break
        error[far] = clipped
    return Taught(values, beyond[:, -1], squares[:, -1], seen[:, -1])


@lru_cache(maxsize=256)
def _fading(memory: float, size: int) -> tuple[Numbers, Numbers]:
    """Return what is left of a spread after none, one … of some lessons, and what each would have been before."""
    fade: Numbers = (1.0 - 1.0 / memory) ** np.arange(size + 1.0)
    return fade, 1.0 / fade[1:]


def followed(
    tails: Sequence[Pareto], lessons: Numbers, taught: Flags, limit: float, *, judged: bool
) -> tuple[Numbers, Numbers]:
    """Teach tails that follow lessons, in rows; return the fits in force before each, and the highest by then."""
    fits, kept = np.empty((3, *lessons.shape)), np.repeat(taught[None], len(tails), axis=0)
    steps = np.floor_divide(lessons, STEP).astype(np.int64).tolist()
    far = lessons > SURE
    some = bool(far.any())
    for row, tail in enumerate(tails):
        out = np.flatnonzero(far[row]).tolist() if some and tail.weathered else ()
        tail.follow(steps[row], kept[row], fits[:, row], partial(_skips, tail, lessons[row], limit), out, judged=judged)
    reached = np.where(kept, lessons, -np.inf)
    before = np.array([tail.highest for tail in tails])[:, None]
    highest = np.maximum.accumulate(np.concatenate([before, reached], axis=1), axis=1)
    for tail, most in zip(tails, highest[:, -1].tolist(), strict=True):
        tail.highest = most
    return fits, highest[:, :-1]


def _skips(tail: Pareto, lessons: Numbers, limit: float, place: int) -> bool:
    return tail.risk(float(lessons[place])) >= limit


def all_risks(deviations: Numbers, fits: Numbers) -> Numbers:
    """Return `Pareto.risk` of deviations by the fits in force: start, shape and scale."""
    start, shape, scale = fits
    found = np.minimum(all_normal_risks(deviations), -log10(TAIL_SHARE))
    beyond = deviations > start
    if beyond.any():
        bent = np.maximum(shape[beyond], 1e-6)
        excess = (deviations[beyond] - start[beyond]) / scale[beyond]
        decay = np.where(shape[beyond] > 1e-6, np.log(1.0 + bent * excess) / bent, excess)  # noqa: PLR2004 - as in `risk`
        found[beyond] = -log10(TAIL_SHARE) + decay / log(10.0)
    return found
