"""What others say of the same posts: TextBlob and VADER as they come, and how fast."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEGATIVE, NEUTRAL, POSITIVE = range(3)
VADER_NEUTRAL = 0.05
"""As its authors advise (Hutto & Gilbert 2014; README of vaderSentiment)."""


class Guess(NamedTuple):
    """The class of each text, and texts per second of this process's CPU time."""

    classes: NDArray[np.int64]
    rate: float


def textblob(texts: Sequence[str]) -> Guess:
    """Return the sign of TextBlob's polarity."""
    from textblob import TextBlob

    return _timed(lambda text: _sign(float(TextBlob(text).polarity), 0.0), texts)


def vader(texts: Sequence[str]) -> Guess:
    """Return the side of VADER's compound score."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    judge = SentimentIntensityAnalyzer()
    return _timed(lambda text: _sign(float(judge.polarity_scores(text)["compound"]), VADER_NEUTRAL), texts)


PEERS: dict[str, Callable[[Sequence[str]], Guess]] = {"TextBlob": textblob, "VADER": vader}


def _timed(judge: Callable[[str], int], texts: Sequence[str]) -> Guess:
    judge("warm")
    begun = time.process_time()
    classes = np.array([judge(text) for text in texts], np.int64)
    return Guess(classes, len(texts) / max(time.process_time() - begun, 1e-9))


def _sign(polarity: float, neutral: float) -> int:
    if abs(polarity) <= neutral:
        return NEUTRAL
    return POSITIVE if polarity > 0 else NEGATIVE
