"""From scores to honest probabilities: temperature scaling by language group (Guo et al. 2017, section 4.2)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ingest.learning.head import GROUPS, LEARNED
from ingest.learning.metrics import margins

UNCERTAIN = 0.2
"""Share of balanced held-out texts that the threshold calls uncertain."""

Floats = NDArray[np.float64]


class Calibration(NamedTuple):
    """Probabilities are softmax(scores · slope[group] + shift[group]); below the margin `threshold` we are in doubt."""

    slope: Floats
    """Shape (groups)."""
    shift: Floats
    """Shape (groups, classes)."""
    threshold: Floats
    """Shape (groups)."""

    def probabilities(self, scores: ArrayLike, group: NDArray[np.int64]) -> Floats:
        """Return shape (texts, classes), rows that sum to 1."""
        return softmax(np.asarray(scores, np.float64) * self.slope[group][:, None] + self.shift[group])


def softmax(scores: Floats) -> Floats:
    """Return e^score over their sum, by row."""
    grown = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(grown / grown.sum(1, keepdims=True))


def calibrated(
    scores: Floats, truth: NDArray[np.int64], group: NDArray[np.int64], weights: Floats, share: float = UNCERTAIN
) -> Calibration:
    """Fit the slope of each group on held-out scores by likelihood; the thresholds leave `share` in doubt.

    `weights` balance the classes, and therefore nothing is shifted: what one kind of texts would shift to the
    negative, the next would shift back. A group without texts, and `unknown`, take the mean of the others.
    """
    slope, shift = np.ones(len(GROUPS)), np.zeros((len(GROUPS), scores.shape[1]))
    learned = [number for number in range(LEARNED) if (group == number).any()]
    for number in learned:
        chosen = group == number
        slope[number] = _slope(scores[chosen], truth[chosen], weights[chosen])
    for number in set(range(len(GROUPS))) - set(learned):
        slope[number] = slope[learned].mean()
    sure = Calibration(slope, shift, np.zeros(len(GROUPS)))
    found = margins(sure.probabilities(scores, group))
    limits = {number: _limit(found[group == number], weights[group == number], share) for number in learned}
    mean = float(np.mean(list(limits.values())))
    return sure._replace(threshold=np.array([limits.get(number, mean) for number in range(len(GROUPS))]))


def _limit(found: Floats, weights: Floats, share: float) -> float:
    """Return the margin below which `share` of the weighed texts lie."""
    order = np.argsort(found)
    place = np.searchsorted(np.cumsum(weights[order]), share * weights.sum())
    return float(found[order][min(place, len(order) - 1)])


def _slope(scores: Floats, truth: NDArray[np.int64], weights: Floats) -> float:
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(truth))

    def loss(value: float) -> float:
        likely = softmax(scores * np.exp(value))
        return float(-(weights * np.log(np.maximum(likely[rows, truth], 1e-12))).sum() / weights.sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))
