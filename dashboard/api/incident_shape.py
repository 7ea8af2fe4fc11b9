"""What the routes of incidents answer."""

from pydantic import AwareDatetime, Field

from app.domain.events import EventKind
from app.domain.incident import IncidentState, Severity, Verdict
from dashboard.api.shape import Shape
from dashboard.api.storm_shape import Explanation, Forecast, Level


class Ground(Shape):
    """One thing that speaks for coordination: its figure, its share in the score, and a sentence by language."""

    name: str
    figure: float
    share: float
    reason: dict[str, str]


class Burst(Shape):
    """The densest ten minutes of a text: `score` 0 to 1 with the grounds that sum up to it; `marked` from 0.5 on."""

    score: float
    marked: bool
    started_at: AwareDatetime
    posts: int
    authors: int
    grounds: list[Ground]


class Signal(Shape):
    """What one detector said of a brand or of `brand/topic`; `risk` is -log10 of the tail probability.

    `window` and `basis` are seconds.
    """

    at: AwareDatetime
    scope: str
    detector: str
    alarm: bool
    actual: float
    expected: float
    low: float
    high: float
    risk: float
    window: int
    basis: float


class Resonance(Shape):
    """How many voices are behind the posts since it began; `reposts` and `copies` are shares, bursts those marked."""

    posts: int
    voices: int
    authors: int
    reposts: float
    copies: float
    bursts: list[Burst]


class Incident(Shape):
    """A storm on a brand or on one of its topics, with its reason as a sentence by language.

    Times of persons: `acknowledged_by`, `owner` and `resolved_by` are ids of persons, else of whoever acted. Until
    `silent_until` it is under the silence `silence`: kept and listed, but no wall is taken over and nobody is told.
    """

    id: str
    brand: str
    topic: str | None = Field(description="Id of the topic or campaign; null: the brand as a whole")
    opened_at: AwareDatetime
    state: IncidentState
    severity: Severity
    level: Level | None
    signals: list[Signal]
    rules: list[str] = Field(description="Ids of the rules that raised it, beside detectors")
    terms: list[str]
    authors: list[str]
    updated_at: AwareDatetime
    resolved_at: AwareDatetime | None
    resolved_by: str | None
    folded_into: str | None = Field(description="The incident of the whole brand that took this one of a topic in")
    peak: float = Field(description="Highest mentions per minute so far")
    demo: bool
    drill: str | None = Field(description="Id of the drill it belongs to; null: it is real")
    reason: dict[str, str]
    since: AwareDatetime | None
    resonance: Resonance | None
    explanation: Explanation | None
    forecast: Forecast | None
    acknowledged_at: AwareDatetime | None
    acknowledged_by: str | None
    owner: str | None
    verdict: Verdict | None
    silence: str | None
    silent_until: AwareDatetime | None


class Event(Shape):
    """One thing that happened to an incident; `number` orders all of them, `detail` holds figures, ids and comments."""

    number: int
    incident: str
    brand: str
    at: AwareDatetime
    kind: EventKind
    actor_kind: str
    actor: str
    severity: Severity
    level: int
    detail: dict[str, str | int | float | bool | None]


class Silence(Shape):
    """What disturbs nobody: a brand, a topic, a detector or rule, up to a severity; `incident` is where it began."""

    id: str
    brand: str
    topic: str | None
    detector: str | None
    rule: str | None
    severity: Severity
    owner: str
    reason: str
    created_at: AwareDatetime
    until: AwareDatetime
    incident: str | None
    ended_by: str | None
    active: bool
