"""Confidence: how sure it is that an incident is one, 0 to 1, by a stated formula.

    confidence = r * b * c * h
    r = 1 - 2^(-risk / 2)               how unlikely it is by chance: a risk of 6 gives 0.88, 12 gives 0.98
    b = 1/2 + 1/2 * sqrt(min(1, d / 7)) how much history (d days) is behind what is usual: none gives 0.5, a week 1
    c = 0.7^broken * 0.95^unknown       what was tried against it: how many broke it, how many cannot be told
    h = 1 - bots / 2                    the share of posts that look steered by one hand

It is a measure to sort by and to read, no probability: the false-alarm budget is what is calibrated.
"""

from collections.abc import Iterable
from math import exp2, sqrt

from app.domain.explanation import Counter

DAY = 86_400.0
FULL = 7 * DAY
"""Seconds of history from which what is usual is fully believed."""
BROKEN, UNKNOWN = 0.7, 0.95


def confidence(risk: float, basis: float, counters: Iterable[Counter] = (), bots: float = 0.0) -> float:
    """Return how sure it is, 0 to 1; `risk` is -log10 of the tail probability, `basis` seconds, `bots` a share."""
    chance = 1.0 - exp2(-max(risk, 0.0) / 2.0)
    history = 0.5 + 0.5 * sqrt(min(max(basis, 0.0) / FULL, 1.0))
    against = 1.0
    for one in counters:
        against *= {True: 1.0, False: BROKEN, None: UNKNOWN}[one.holds]
    return chance * history * against * (1.0 - min(max(bots, 0.0), 1.0) / 2.0)
