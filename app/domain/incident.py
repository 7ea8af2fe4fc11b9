"""Incidents: one storm, one incident, with its reason."""

from typing import Literal

import msgspec

from app.domain.burst import Burst

Severity = Literal["note", "warning", "crisis"]
IncidentState = Literal["open", "acknowledged", "resolved"]


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
