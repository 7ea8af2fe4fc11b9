"""What the routes of incidents answer."""

from pydantic import AwareDatetime

from app.domain.incident import IncidentState, Severity
from dashboard.api.shape import Shape


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
    """What one detector said; `risk` is -log10 of the tail probability, `window` and `basis` are seconds."""

    at: AwareDatetime
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
    """A storm, with its reason as a sentence by language."""

    id: str
    brand: str
    opened_at: AwareDatetime
    state: IncidentState
    severity: Severity
    signals: list[Signal]
    terms: list[str]
    authors: list[str]
    updated_at: AwareDatetime
    resolved_at: AwareDatetime | None
    peak: float
    demo: bool
    reason: dict[str, str]
    since: AwareDatetime | None
    resonance: Resonance | None
