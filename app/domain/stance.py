"""Stance: on which side of a brand an author stands, from what they said of it over time.

The lean is a mean of what they said, -1 to 1, weighted by age and shrunk to neutral as by `PRIOR` neutral mentions
(the posterior mean under a Dirichlet prior; Gelman and others, "Bayesian Data Analysis", 3.4):

    lean = sum(w * side) / (sum(w) + PRIOR),   w = 2 ** (-age / HALF_LIFE)

Who says nothing for long leans to nobody: weights fall, the prior stays.
"""

import math
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple, get_args

import msgspec

Side = Literal["advocate", "neutral", "critic", "unknown"]
SIDES: tuple[Side, ...] = get_args(Side)

HALF_LIFE = 30 * 86_400.0
"""Seconds after which a mention weighs half: quarrels of spring are settled by summer."""
HORIZON = 6 * HALF_LIFE
"""Seconds after which a mention weighs next to nothing."""
PRIOR = 3.0
FEWEST = 3
"""Mentions below which nothing is said of a side."""
TAKES, LEAVES = 0.3, 0.2
"""Lean from which somebody takes a side, and below which they leave it: one post in between moves nobody to and fro."""


class Opinion(NamedTuple):
    """One mention by an author: when, and what was understood of it."""

    at: float
    label: str
    intents: Collection[str] = ()


class Stance(msgspec.Struct, frozen=True):
    """A side, since when, from how many mentions, and what changed last."""

    label: Side = "unknown"
    since: float | None = None
    posts: int = 0
    lean: float = 0.0
    before: Side | None = None
    """The side they were on before, if they ever changed; `since` is when."""


def side(opinion: Opinion) -> float:
    """Return what one mention says, from -1 (against) to 1 (for); neutral words may still complain or praise."""
    if opinion.label == "negative":
        return -1.0
    if opinion.label == "positive":
        return 1.0
    return float("praise" in opinion.intents) - float("complaint" in opinion.intents)


def stance(opinions: Iterable[Opinion], now: float) -> Stance:
    """Return where an author stands at an instant, and where they stood before."""
    order = sorted((one for one in opinions if now - HORIZON <= one.at <= now), key=lambda one: (one.at, one.label))
    lean = weight = total = 0.0
    last = order[0].at if order else now
    label: Side = "unknown"
    before: Side | None = None
    since = None
    for number, one in enumerate(order, 1):
        faded = 2.0 ** ((last - one.at) / HALF_LIFE)
        total, weight, last = total * faded + side(one), weight * faded + 1, one.at
        lean = total / (weight + PRIOR)
        if number < FEWEST:
            continue
        found = _side(lean, label)
        if found != label:
            before, label, since = _changed(before, label, found), found, one.at
    faded = 2.0 ** ((last - now) / HALF_LIFE)
    lean = total * faded / (weight * faded + PRIOR)
    if label in {"advocate", "critic"} and _side(lean, label) == "neutral":
        before, label, since = label, "neutral", _left(total, weight, last)
    return Stance(label, since, len(order), round(lean, 3), before)


def _changed(before: Side | None, label: Side, found: Side) -> Side | None:
    """Return which side to name as the one before: the last that was taken, even if there was calm in between."""
    if label == "unknown":
        return None
    return before if label == "neutral" and before not in {None, found} else label


def _side(lean: float, held: Side) -> Side:
    if lean >= (LEAVES if held == "advocate" else TAKES):
        return "advocate"
    if lean <= -(LEAVES if held == "critic" else TAKES):
        return "critic"
    return "neutral"


def _left(total: float, weight: float, last: float) -> float:
    """Return when a side was left by silence alone: the instant at which the lean fell to `LEAVES`."""
    kept = LEAVES * PRIOR / max(abs(total) - LEAVES * weight, 1e-9)
    return last + HALF_LIFE * max(0.0, -math.log2(kept))
