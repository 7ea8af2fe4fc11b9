"""How often each label is right of a brand, and what that changes: trained on as much of each, used on what comes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.domain.schooling import EVEN

LEAST = 300
"""Mentions from which a prior is estimated; fewer say too little."""
JUDGED = 100
"""Mentions drawn at random and judged from which people's word is taken instead."""
HALF = 0.5
"""How much of the estimate is used: a storm changes the very shares it would be used on."""
LEAST_SHARE = 0.1
"""No label is called rarer than that."""
ROUNDS = 100
ENOUGH = 1e-6

Floats = NDArray[np.float64]


def estimated(probabilities: ArrayLike) -> tuple[float, float, float]:
    """Return the shares of negative, neutral and positive in texts of these even-prior probabilities, shape (texts, 3).

    Expectation and maximisation in turn (Saerens, Latinne and Decaestecker 2002, section 2.2); even for too few texts.
    """
    likely = np.asarray(probabilities, np.float64)
    if len(likely) < LEAST:
        return EVEN
    share = np.full(3, 1 / 3)
    for _ in range(ROUNDS):
        posterior = likely * share
        posterior /= posterior.sum(1, keepdims=True)
        before, share = share, posterior.mean(0)
        if np.abs(share - before).max() < ENOUGH:
            break
    return _bounded(share)


def counted(labels: Sequence[int]) -> tuple[float, float, float]:
    """Return the shares among class numbers of mentions drawn at random, one added to each; even for too few."""
    if len(labels) < JUDGED:
        return EVEN
    return _bounded((np.bincount(labels, minlength=3) + 1) / (len(labels) + 3))


def corrected(probabilities: Floats, prior: ArrayLike, strength: float = HALF) -> Floats:
    """Return even-prior probabilities, shape (texts, 3), under the prior to the power of `strength` (Bayes' rule)."""
    found = probabilities * (np.asarray(prior, np.float64) * 3) ** strength
    return np.asarray(found / found.sum(1, keepdims=True))


def _bounded(share: Floats) -> tuple[float, float, float]:
    kept = np.maximum(share, LEAST_SHARE)
    negative, neutral, positive = (round(float(part), 4) for part in kept / kept.sum())
    return negative, neutral, positive
