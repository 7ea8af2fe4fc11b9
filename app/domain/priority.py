"""Priority: who should look at a mention first, and why.

Each circumstance gives points, their sum is the score from 0 to 100, and thresholds on the score make the level. More
reach, longer unanswered, more negative never lowers it. *Urgent* needs more than points, a hard reason: a hazard in the
text, or somebody influential whose complaint waits. Thresholds are chosen so that a fresh complaint of anybody is
medium, one that has waited for a day, or comes from a customer with a few thousand followers, is high.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

import msgspec

from app.domain.analysis import AnalysedMention, Analysis
from app.domain.hazard import Hazard, hazard

Level = Literal["urgent", "high", "medium", "low"]
LEVELS: tuple[Level, ...] = get_args(Level)

MOST = 100.0
NEEDY = frozenset({"complaint", "query", "request", "lead"})
"""Intents that want an answer."""

UNASKED = frozenset({"article", "repost"})
"""Kinds of mentions in which nobody waits for an answer, and no hazard is the author's own."""

FIRST, FULL = 1_800.0, 86_400.0
"""Seconds of waiting: points grow fast from the first half hour on, and no more after a day."""

HEARD, BROAD = 100, 1_000_000
"""Reach from which on it gives points, and at which it gives all of them."""

HALF = 0.5
EVEN = 1 / 3
"""The probability of three labels of which nothing is known."""

MIDDLE = 3.0
"""Stars of a rating that is neither good nor bad."""

STEP = 0.1


class Weights(msgspec.Struct, frozen=True):
    """The most points each circumstance may give; `copied` and `answered` are taken off."""

    danger: float = 60.0
    legal: float = 45.0
    negative: float = 25.0
    rating: float = 8.0
    complaint: float = 18.0
    query: float = 16.0
    request: float = 14.0
    lead: float = 24.0
    suggestion: float = 6.0
    reach: float = 20.0
    influence: float = 15.0
    unanswered: float = 25.0
    customer: float = 10.0
    copied: float = 15.0
    answered: float = 30.0


class Thresholds(msgspec.Struct, frozen=True):
    """From which score on a level begins, and from which influence or reach on somebody is influential."""

    urgent: float = 55.0
    high: float = 45.0
    medium: float = 20.0
    influence: float = 50.0
    """What somebody has whom about a tenth of the conversation follows, see `app.domain.influence`."""
    reach: int = 50_000


class Rules(msgspec.Struct, frozen=True):
    """How an installation weighs."""

    weights: Weights = Weights()
    thresholds: Thresholds = Thresholds()
    urgent_words: tuple[str, ...] = ()


class Circumstances(msgspec.Struct, frozen=True):
    """All that counts of one mention at one instant."""

    negative: float = EVEN
    """Its probability, 0 to 1."""
    intents: Mapping[str, float] = {}
    """Label → score, 0 to 1."""
    hazard: Hazard | None = None
    followers: int = 0
    views: int = 0
    kind: str = "post"
    rating: float | None = None
    """Stars, 1 to 5."""
    age: float = 0.0
    """Seconds since it was published."""
    answered: bool = False
    influence: float | None = None
    """0 to 100, None where it is not known."""
    customer: bool = False
    copied: bool = False
    """Somebody has said the same before."""
    own: bool = False
    """Said by an account of ours."""

    @property
    def reach(self) -> int:
        """Return how many people could have seen it."""
        return max(self.followers, self.views)

    @property
    def awaits(self) -> bool:
        """Tell whether somebody waits, or waited, for an answer of ours."""
        if self.own or self.kind in UNASKED:
            return False
        bad = self.kind == "review" and self.negative >= HALF
        return bool(self.hazard) or bad or self.kind == "message" or not NEEDY.isdisjoint(self.intents)


class Reason(msgspec.Struct, frozen=True):
    """Why points were given or taken: `value` is what a sentence about it needs, a number or words."""

    name: str
    points: float
    value: float | str = ""


class Priority(msgspec.Struct, frozen=True):
    """A level, its score from 0 to 100, and the reasons, whose points sum to the score, the weightiest first."""

    level: Level
    score: float
    reasons: tuple[Reason, ...]


def circumstances(
    analysed: AnalysedMention,
    now: float,
    words: tuple[str, ...] = (),
    **known: bool | float | None,
) -> Circumstances:
    """Return what counts of a mention at `now`; `known` is what the mention itself does not tell."""
    mention, analysis = analysed.mention, analysed.analysis
    told = None if mention.kind in UNASKED else hazard(mention.text, words)
    found = Circumstances(
        negative=_negative(analysis),
        intents={intent.label: intent.score for intent in analysis.intents},
        hazard=told,
        followers=mention.author.followers or 0,
        views=mention.engagement.views or 0,
        kind=mention.kind,
        rating=mention.rating,
        age=max(0.0, now - mention.published_at),
        copied=mention.kind == "repost",
    )
    return msgspec.structs.replace(found, **known) if known else found


def _negative(analysis: Analysis) -> float:
    """Return the probability of negative; what a person said is certain, whatever the analyzers had thought."""
    if "sentiment" in analysis.corrected:
        return float(analysis.sentiment.label == "negative")
    return analysis.sentiment.negative


def priority(of: Circumstances, rules: Rules | None = None) -> Priority:
    """Return who should look at it when, and why; of what we said ourselves: nobody."""
    rules = rules or Rules()
    if of.own:
        return Priority("low", 0.0, (Reason("own", 0.0),))
    reasons = [one for one in (*_given(of, rules.weights), *_taken(of, rules.weights)) if one.points]
    total = math.fsum(one.points for one in reasons)
    limit, why = _limit(of, rules.thresholds)
    score = round(min(total, limit), 1)
    reasons.sort(key=lambda one: -abs(one.points))
    if over := round(score - total, 1):
        reasons.append(Reason(why, over))
    return Priority(_level(score, rules.thresholds), score, tuple(reasons) or (Reason("nothing", 0.0),))


def _level(score: float, thresholds: Thresholds) -> Level:
    bounds: tuple[tuple[Level, float], ...] = (
        ("urgent", thresholds.urgent),
        ("high", thresholds.high),
        ("medium", thresholds.medium),
    )
    return next((level for level, bound in bounds if score >= bound), "low")


def _taken(of: Circumstances, weights: Weights) -> Iterator[Reason]:
    """Yield what takes points off, never more than there are."""
    left = math.fsum(one.points for one in _given(of, weights))
    for name, points in (("answered", of.answered * weights.answered), ("copied", of.copied * weights.copied)):
        off = round(min(points, left), 1)
        left -= off
        yield Reason(name, -off)


def _given(of: Circumstances, weights: Weights) -> list[Reason]:
    """Return what gives points, rounded to a tenth."""
    found: list[Reason] = []

    def add(name: str, points: float, value: float | str = "") -> None:
        found.append(Reason(name, round(points, 1), value))

    if of.hazard:
        weight = weights.legal if of.hazard.kind == "legal" else weights.danger
        add(of.hazard.kind, weight, of.hazard.words)
    add("negative", weights.negative * max(0.0, (of.negative - EVEN) / (1 - EVEN)), of.negative)
    if of.rating is not None and of.rating > 0:
        add("rating", weights.rating * min(1.0, max(0.0, (MIDDLE - of.rating) / 2)), of.rating)
    wants = {label: getattr(weights, label) * score for label, score in of.intents.items() if label in _WEIGHED}
    if wants:
        most = max(wants, key=lambda label: (wants[label], label))
        add(most, wants[most], of.intents[most])
    add("reach" if of.views > of.followers else "followers", weights.reach * _breadth(of.reach), float(of.reach))
    add("influence", weights.influence * min(MOST, of.influence or 0.0) / MOST, of.influence or 0.0)
    if of.awaits and not of.answered:
        add("unanswered", weights.unanswered * _patience(of.age), of.age)
    if of.customer:
        add("customer", weights.customer)
    return found


_WEIGHED = NEEDY | {"suggestion"}


def _breadth(reach: int) -> float:
    """Return 0 to 1: each factor of ten from `HEARD` to `BROAD` is worth the same."""
    return min(1.0, math.log(reach / HEARD) / math.log(BROAD / HEARD)) if reach > HEARD else 0.0


def _patience(waited: float) -> float:
    """Return 0 to 1: the first half hour of waiting weighs as much as the next hour and the two after it."""
    return min(1.0, math.log1p(waited / FIRST) / math.log1p(FULL / FIRST))


def _hard(of: Circumstances, thresholds: Thresholds) -> bool:
    """Tell whether there is a reason to be urgent: a hazard, or the waiting complaint of somebody influential."""
    if of.answered or of.copied:
        return False
    influential = of.reach >= thresholds.reach or (of.influence or 0.0) >= thresholds.influence
    return bool(of.hazard) or (influential and of.awaits and "complaint" in of.intents)


def _limit(of: Circumstances, thresholds: Thresholds) -> tuple[float, str]:
    """Return the highest score it may have, and why: praise is never high, and what wants nothing is low."""
    if not (of.hazard or of.awaits) and of.negative < HALF and "suggestion" not in of.intents:
        return (thresholds.high if of.intents else thresholds.medium) - STEP, "undemanding"
    if _hard(of, thresholds):
        return MOST, "full"
    return thresholds.urgent - STEP, "unproven"
