"""Counter-evidence: what is tried against an incident before people are told.

Each doubt is a recount: without the loudest author, without reposts, with labels read wrong, without what came late
after an outage. It holds if the same detectors, with the same limits, would raise on what is left.
"""

from collections import Counter as Counts
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from alerts.explanation.recount import Minutes, without
from alerts.explanation.said import Spoken
from alerts.explanation.trial import Trial
from app.domain.explanation import Counter, Doubt
from app.domain.objection import FLIPPED, objections
from app.domain.tally import MinuteTally

DRAWS = 40
"""Times the labels are read wrong anew."""
STEADY = 0.9
"""Share of the draws that have to raise for it to hold."""
LATE = 600.0
"""Seconds between being said and being heard from which a mention came late."""
SOME = 0.05
"""Share of late mentions from which they are tried."""
TONE = frozenset({"negative", "net", "sentiment", "reach", "critic", "unanswered"})
"""Detectors that hang on how mentions are read."""
AUDIENCE = frozenset({"reach", "critic"})
"""Detectors for which the loudest author is who reaches most."""


class Case(NamedTuple):
    """What an incident rests on, for those who doubt it."""

    trial: Trial
    minutes: Minutes
    """What was counted, of the last hours."""
    said: Sequence[Spoken]
    """What the archive has of it since the onset."""
    raised: frozenset[str]
    """Names of the detectors that raised."""
    onset: float
    rate: float
    """Mentions a minute that are told."""
    negative: bool = False
    """What is told are negative ones only."""
    listening: bool = True
    """Whether every source listens, and did."""
    crisis_share: float | None = None
    """Share of negative mentions on which the severity rests; None if it does not."""
    seed: str = ""


def counters(case: Case) -> tuple[Counter, ...]:
    """Return what was tried and whether it holds, each with its sentence; nothing that does not apply."""
    raised = case.trial.settle(case.minutes) if case.trial.possible else False
    found = [
        without_author(case, raised=raised),
        without_reposts(case, raised=raised),
        flipped(case),
        outage(case, raised=raised),
    ]
    return tuple(replace(one, reason=objections(one)) for one in found if one is not None)


def without_author(case: Case, *, raised: bool) -> Counter:
    """Try it without the author who speaks most, or reaches most where that raised it; none of our own accounts."""
    heard = [one for one in case.said if not one.ours]
    weight: Counts[str] = Counts()
    for one in heard:
        weight[one.author] += one.reach if case.raised <= AUDIENCE else 1
    if not weight:
        return Counter("without_author", holds=None)
    loudest = max(weight, key=lambda who: (weight[who], who))
    if case.raised == {"critic"}:
        return Counter("without_author", holds=False, author=loudest)
    out = [one for one in heard if one.author == loudest]
    return replace(_recount(case, "without_author", out, raised=raised), author=loudest)


def without_reposts(case: Case, *, raised: bool) -> Counter:
    """Try it without what only passes on the words of others."""
    out = [one for one in case.said if one.repost]
    return _recount(case, "without_reposts", out, raised=raised)


def flipped(case: Case) -> Counter | None:
    """Try it with a part of the negative mentions read wrong, drawn at random; only where something hangs on tone.

    Nothing that was not read as negative becomes so: that would speak for the incident, not against it.
    """
    on_tone = case.raised & TONE
    others = case.trial.without(TONE)
    alone = others.possible and others.raises(case.minutes)
    if not (on_tone and not alone) and case.crisis_share is None:
        return None
    if not case.trial.possible:
        return Counter("labels_flipped", holds=None)
    chance = Random(f"labels {case.seed}")
    share = sum(_survives(case, chance, alone=alone) for _ in range(DRAWS)) / DRAWS
    return Counter("labels_flipped", holds=share >= STEADY, share=share)


def outage(case: Case, *, raised: bool) -> Counter:
    """Try it without what came late, as after an outage; it cannot be told while a source does not listen."""
    out = [one for one in case.said if one.late >= LATE]
    if len(out) >= SOME * len(case.said) and out:
        return _recount(case, "source_outage", out, raised=raised)
    return Counter("source_outage", holds=True if case.listening else None)


def _recount(case: Case, doubt: Doubt, out: Sequence[Spoken], *, raised: bool) -> Counter:
    share = len(out) / len(case.said) if case.said else None
    if not raised or share is None:
        return Counter(doubt, holds=None, share=share)
    left = without(case.minutes, case.said, out, case.onset)
    before, after = (_told(some, case) for some in (case.minutes, left))
    actual = case.rate * after / before if before else 0.0
    least = case.trial.least(left, case.onset)
    needed = None if least is None else actual * least
    return Counter(doubt, holds=least is not None and least <= 1.0, actual=actual, needed=needed, share=share)


def _survives(case: Case, chance: Random, *, alone: bool) -> bool:
    """Tell whether it raises, and is as severe, with some of its negative mentions read wrong."""
    read = {start: _misread(one, chance) for start, one in case.minutes.items() if start >= case.onset - 60}
    if not alone and not case.trial.raises({**case.minutes, **read}):
        return False
    if case.crisis_share is None:
        return True
    recent = [one for start, one in read.items() if start > max(read) - 300]
    return sum(one.negative for one in recent) >= case.crisis_share * sum(one.count for one in recent)


def _misread(minute: MinuteTally, chance: Random) -> MinuteTally:
    wrong = _drawn(minute.negative, chance)
    if not wrong:
        return minute
    left = minute.negative - wrong
    reach = round(minute.negative_reach * left / minute.negative)
    return replace(minute, negative=left, neutral=minute.neutral + wrong, negative_reach=reach)


def _drawn(number: int, chance: Random) -> int:
    """Return how many of a number are read wrong: binomial, by its normal limit where that is as good."""
    if number <= 50:  # noqa: PLR2004 - below it each is drawn for itself
        return sum(chance.random() < FLIPPED for _ in range(number))
    spread = (number * FLIPPED * (1 - FLIPPED)) ** 0.5
    return min(max(round(chance.gauss(number * FLIPPED, spread)), 0), number)


def _told(minutes: Minutes, case: Case) -> int:
    since = (one for start, one in minutes.items() if start >= case.onset - 60)
    return sum(one.negative if case.negative else one.count for one in since)
