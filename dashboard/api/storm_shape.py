"""How strong an incident is, why it is one, and what is expected of it, as the API shows it."""

from typing import Any

from pydantic import AwareDatetime, Field

from app.domain import explanation, forecast, level
from app.domain.instant import rfc3339
from dashboard.api.shape import Shape


class Requirement(Shape):
    """One condition of a level: what is there, what it takes; without a `must` the level is not reached."""

    condition: level.Condition
    level: int
    actual: float
    needed: float
    met: bool
    must: bool


class Level(Shape):
    """How strong it blows, 0 calm to 6 hurricane; `others` conditions that are no must lead to the next level."""

    value: int = Field(ge=0, le=6)
    grounds: list[Requirement]
    others: int


class Driver(Shape):
    """A term that is said now and was not; `z` is its log-odds against what is usual in standard deviations."""

    term: str
    count: int
    z: float


class Lead(Shape):
    """An author whom the talk follows, by key; `share` is theirs of the influence of all, 0 to 1."""

    author: str
    share: float
    reach: int
    posts: int


class Evidence(Shape):
    """A post that shows what happens, by key: `GET /api/v1/mentions` has its text; deleted ones are left out."""

    mention: str
    why: explanation.Why


class Counter(Shape):
    """One thing tried against the incident, and whether it stands all the same; null: it cannot be told."""

    doubt: explanation.Doubt
    holds: bool | None
    actual: float | None
    needed: float | None
    share: float | None
    reason: dict[str, str]


class Explanation(Shape):
    """Why it is one and what speaks against it; figures are mentions per minute, `confidence` 0 to 1."""

    at: AwareDatetime
    actual: float
    expected: float
    low: float
    high: float
    ratio: float
    first: str | None
    drivers: list[Driver]
    leads: list[Lead]
    channels: dict[str, int]
    evidence: list[Evidence]
    counters: list[Counter]
    confidence: float | None


class Point(Shape):
    """Five minutes to come, and mentions per minute between which they lie in eight of ten cases."""

    start: AwareDatetime
    low: float
    middle: float
    high: float


class Forecast(Shape):
    """When it peaks and how high (mentions per minute), as an 80 % interval; or `refused`, and why."""

    at: AwareDatetime
    refused: forecast.Refusal | None
    reason: dict[str, str] | None = Field(description="Why it is refused, by language")
    peak_from: AwareDatetime | None
    peak_to: AwareDatetime | None
    low: float | None
    high: float | None
    curve: list[Point]
    over: float | None = Field(description="Probability that the peak is over")
    covered: float | None = Field(description="Share of the intervals of earlier forecasts that held what came")
    judged: int = Field(description="How many forecasts that share is made from")


def shown_level(one: level.Level) -> dict[str, Any]:
    """Return a level with its conditions."""
    grounds = [_fields(Requirement, ground) for ground in one.grounds]
    return {"value": one.value, "grounds": grounds, "others": one.others}


def shown_explanation(one: explanation.Explanation, gone: set[str]) -> dict[str, Any]:
    """Return an explanation without the mentions that are `gone`."""
    return {
        **_fields(Explanation, one),
        "at": rfc3339(one.at),
        "first": None if one.first in gone else one.first,
        "drivers": [_fields(Driver, driver) for driver in one.drivers],
        "leads": [_fields(Lead, lead) for lead in one.leads],
        "evidence": [_fields(Evidence, post) for post in one.evidence if post.mention not in gone],
        "counters": [_fields(Counter, counter) for counter in one.counters],
    }


def shown_forecast(one: forecast.Forecast) -> dict[str, Any]:
    """Return a forecast."""
    return {
        **_fields(Forecast, one),
        "at": rfc3339(one.at),
        "peak_from": instant(one.peak_from),
        "peak_to": instant(one.peak_to),
        "curve": [shown_point(point) for point in one.curve],
    }


def shown_point(one: forecast.Point) -> dict[str, Any]:
    """Return five minutes to come."""
    return {**_fields(Point, one), "start": rfc3339(one.start)}


def instant(at: float | None) -> str | None:
    """Return an instant as RFC 3339, None for none."""
    return None if at is None else rfc3339(at)


def _fields(shape: type[Shape], one: object) -> dict[str, Any]:
    return {name: getattr(one, name) for name in shape.model_fields}
