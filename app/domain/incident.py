"""Incidents: one storm, one incident, with its reason."""

from typing import Literal

import msgspec

from app.domain.burst import Burst
from app.domain.explanation import Explanation
from app.domain.forecast import Forecast
from app.domain.level import Level

Severity = Literal["note", "warning", "crisis"]
IncidentState = Literal["firing", "acknowledged", "owned", "resolved"]
Verdict = Literal["real", "noise"]


class Signal(msgspec.Struct, frozen=True, array_like=True):
    """What one detector said at one step, alarm or not: a decision returns its reason."""

    detector: str
    brand: str
    at: float
    alarm: bool
    actual: float
    """Mentions in the window."""
    expected: float
    low: float
    high: float
    """The usual band of the same window."""
    risk: float
    """-log10 of the tail probability."""
    window: int
    """Seconds the window covers."""
    basis: float = 0.0
    """Seconds of history behind `expected`."""


class Resonance(msgspec.Struct, frozen=True):
    """How much of an incident is copies: posts and voices since it began, shares of reposts and of all copies."""

    posts: int
    voices: int
    authors: int
    reposts: float
    copies: float
    bursts: tuple[Burst, ...] = ()
    """Those that are marked, the strongest first; they name nobody."""


class Incident(msgspec.Struct, frozen=True):
    """A storm on one brand, from opening to resolving."""

    id: str
    brand: str
    opened_at: float
    state: IncidentState
    severity: Severity
    signals: tuple[Signal, ...]
    """The latest signal of each detector that raised it."""
    terms: tuple[str, ...] = ()
    """Driver terms, strongest first."""
    authors: tuple[str, ...] = ()
    """Names of the lead authors, whom the talk follows; by reach until the archive has it."""
    updated_at: float = 0.0
    resolved_at: float | None = None
    peak: float = 0.0
    """Highest mentions per minute so far."""
    demo: bool = False
    reason: dict[str, str] = {}
    """The reason as a sentence, by language (`de`, `en`)."""
    since: float = 0.0
    """When it began by our reckoning: the first minute beyond the usual band."""
    resonance: Resonance | None = None
    """None where no text had a fingerprint."""
    topic: str | None = None
    """Id of the topic or campaign it is about; None: the brand as a whole."""
    rules: tuple[str, ...] = ()
    """Ids of the rules of the user's that raised, beside detectors of ours."""
    level: Level | None = None
    explanation: Explanation | None = None
    forecast: Forecast | None = None
    acknowledged_at: float | None = None
    acknowledged_by: str | None = None
    """Actor who said "I have seen it"."""
    owner: str | None = None
    """Id of the person who has it in hand."""
    verdict: Verdict | None = None
    drill: str | None = None
    """Id of the drill it belongs to; nothing of a drill leaves the house but to its recipients."""


def read(document: str | bytes) -> Incident:
    """Return the incident of a JSON document, as this version or an earlier one wrote it (`firing` was `open`)."""
    try:
        return _decoder.decode(document)
    except msgspec.ValidationError:
        written = msgspec.json.decode(document)
        if not isinstance(written, dict) or written.get("state") != "open":
            raise
        return msgspec.convert({**written, "state": "firing"}, Incident)


_decoder = msgspec.json.Decoder(Incident)
