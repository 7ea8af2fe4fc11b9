"""Figures of a classifier: macro-F1, recall, calibration, accuracy among the sure ones, and confidence intervals.

Labels are class numbers 0, 1, 2 (negative, neutral, positive); probabilities have shape (texts, classes).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

CLASSES = ("negative", "neutral", "positive")
BINS = 15
DRAWS = 1_000


class Interval(NamedTuple):
    """A figure with the bounds between which it lies in 95 % of bootstrap samples."""

    value: float
    low: float
    high: float


def f1_by_class(truth: ArrayLike, guess: ArrayLike, classes: int = 3) -> NDArray[np.float64]:
    """Return the F1 of each class, from 0 to 1; 0 where a class is neither present nor guessed."""
    table = _confusion(truth, guess, classes)
    hits = np.diag(table)
    return np.asarray(2 * hits / np.maximum(table.sum(0) + table.sum(1), 1), np.float64)


def macro_f1(truth: ArrayLike, guess: ArrayLike, classes: int = 3) -> float:
    """Return the mean F1 of the classes."""
    return float(f1_by_class(truth, guess, classes).mean())


def macro_recall(truth: ArrayLike, guess: ArrayLike, classes: int = 3) -> float:
    """Return the mean recall of the classes that occur (TweetEval's figure)."""
    table = _confusion(truth, guess, classes)
    present = table.sum(1) > 0
    return float((np.diag(table)[present] / table.sum(1)[present]).mean()) if present.any() else 0.0


def accuracy(truth: ArrayLike, guess: ArrayLike) -> float:
    """Return the share of right guesses."""
    right = np.asarray(truth) == np.asarray(guess)
    return float(right.mean()) if right.size else 0.0


def calibration_error(truth: ArrayLike, probabilities: ArrayLike, bins: int = BINS) -> float:
    """Return the expected calibration error of the likeliest class over equal bins (Guo et al. 2017, section 2)."""
    likely = np.asarray(probabilities, np.float64)
    if not len(likely):
        return 0.0
    sure = likely.max(1)
    right = likely.argmax(1) == np.asarray(truth)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / len(likely))


def margins(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return the distance of the two likeliest classes of each text."""
    ranked = np.sort(np.asarray(probabilities, np.float64), axis=1)
    return np.asarray(ranked[:, -1] - ranked[:, -2])


def selective_accuracy(truth: ArrayLike, probabilities: ArrayLike, left_out: float = 0.2) -> float:
    """Return the accuracy among the texts of widest margin, the share `left_out` of the narrowest set aside."""
    likely = np.asarray(probabilities, np.float64)
    kept = np.argsort(-margins(likely), kind="stable")[: round(len(likely) * (1 - left_out))]
    return accuracy(np.asarray(truth)[kept], likely[kept].argmax(1))


def bootstrap(
    figure: Callable[..., float], *columns: ArrayLike, draws: int = DRAWS, seed: int = 0, share: float = 0.95
) -> Interval:
    """Return `figure(*columns)` with its percentile bootstrap interval (Efron 1979), drawing texts with replacement."""
    rows = [np.asarray(column) for column in columns]
    chance = np.random.default_rng(seed)
    size = len(rows[0])
    values = [figure(*(row[pick] for row in rows)) for pick in (chance.integers(0, size, size) for _ in range(draws))]
    low, high = np.quantile(values, [(1 - share) / 2, (1 + share) / 2])
    return Interval(figure(*rows), float(low), float(high))


def numbers(labels: Sequence[str]) -> NDArray[np.int64]:
    """Return the class number of each label."""
    return np.array([CLASSES.index(label) for label in labels], np.int64)


def _confusion(truth: ArrayLike, guess: ArrayLike, classes: int) -> NDArray[np.int64]:
    pairs = np.asarray(truth, np.int64) * classes + np.asarray(guess, np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
