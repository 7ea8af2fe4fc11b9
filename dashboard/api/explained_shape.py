"""What the routes of explanations, levels and playbooks answer."""

from typing import Literal

from pydantic import AwareDatetime, Field

from app.domain.analysis import Label
from app.domain.explanation import Doubt, Why
from app.domain.level import Condition
from dashboard.api.incident_shape import Resonance
from dashboard.api.shape import Shape

Tongue = Literal["de", "en"]


class Post(Shape):
    """One post as evidence, with what it was chosen for; author to url are null where no names are asked for."""

    key: str
    why: Why
    reason: str
    channel: str
    kind: str
    published_at: AwareDatetime
    text: str
    label: Label
    reach: int
    author: str | None
    handle: str | None
    followers: int | None
    verified: bool
    url: str | None


class Driver(Shape):
    """A term that is said now and was not; `z` is its log-odds against what is usual in standard deviations."""

    term: str
    count: int
    z: float


class Leader(Shape):
    """An author whom the talk follows; `share` is theirs of the influence of all, 0 to 1."""

    key: str
    share: float
    reach: int
    posts: int
    channel: str
    name: str | None
    handle: str | None
    url: str | None


class Part(Shape):
    """One channel, its mentions since it began, and their share of all, 0 to 1."""

    channel: str
    posts: int
    share: float


class Objection(Shape):
    """One thing tried against the incident; `holds` null: it cannot be told. Rates are mentions a minute."""

    doubt: Doubt
    holds: bool | None
    reason: str
    actual: float | None
    needed: float | None
    share: float | None


class Requirement(Shape):
    """One condition of a level; without a `must` the level is not reached."""

    condition: Condition
    level: int
    actual: float
    needed: float
    met: bool
    must: bool
    reason: str


class Strong(Shape):
    """How strong it blows, 0 to 6: experience, not science; the next level takes `others` of what is no must."""

    value: int
    name: str
    conditions: list[Requirement]
    missing: str
    others: int
    source: str


class Explained(Shape):
    """Why an incident is one and what speaks against it, in one language; what was deleted meanwhile is left out."""

    incident: str
    brand: str
    language: Tongue
    at: AwareDatetime
    since: AwareDatetime
    reason: str
    actual: float = Field(description="Mentions a minute, negative ones where `negative`")
    expected: float
    low: float
    high: float
    ratio: float
    negative: bool
    basis: float = Field(description="Seconds of history behind `expected`")
    compared: str
    first: Post | None
    drivers: list[Driver]
    leads: list[Leader]
    resonance: Resonance | None
    copied: str
    bots: float | None
    channels: list[Part]
    evidence: list[Post]
    counters: list[Objection]
    confidence: float | None
    confident: str
    level: Strong | None


class BrandLevel(Shape):
    """How strong it blows about a brand now; without an open incident at most 2."""

    brand: str
    at: AwareDatetime
    incident: str | None
    level: Strong


class Step(Shape):
    """One thing to do, by whom, and in how many minutes from the beginning; its id is what a tick names."""

    id: str
    text: str
    role: str
    within: int | None


class Playbook(Shape):
    """What is to be done at one level, beside what the levels below it ask for; `changed_at` null: as shipped."""

    level: int
    name: str
    language: Tongue
    aim: str
    steps: list[Step]
    changed_at: AwareDatetime | None
    changed_by: str | None
