"""Incidents: one storm, one incident, with its reason."""

import re
from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from app.domain.brand import scope
from app.domain.burst import Burst
from app.domain.explanation import Explanation
from app.domain.forecast import Forecast
from app.domain.level import Level

Severity = Literal["note", "warning", "crisis"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Rising."""
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
    resolved_by: str | None = None
    """Actor who resolved it; `alerts` where it calmed down by itself."""
    folded_into: str | None = None
    """Id of the incident of the whole brand that took this one of a topic in."""
    silence: str | None = None
    """Id of the silence it is under; see `quiet`."""
    silent_until: float | None = None
    seen_at: float | None = None
    """When a person last took note of it: acknowledged it, again after it had got worse, or took it in hand."""
    told_at: float = 0.0
    """When it was last told as opened or escalated."""
    told_peak: float = 0.0
    """Its peak then."""
    told_level: int = 0
    """Its level when that was last told."""
    highest_level: int = 0
    """The highest level it was told at."""

    @property
    def alive(self) -> bool:
        """Tell whether it is not resolved."""
        return self.state != "resolved"

    @property
    def scope(self) -> str:
        """Return what it is about as it is counted: the id of the brand, or `brand/topic`."""
        return scope(self.brand, self.topic) if self.topic else self.brand

    @property
    def worse(self) -> bool:
        """Tell whether it has escalated since a person last took note of it; not as long as nobody has."""
        noted = self.acknowledged_at if self.seen_at is None else self.seen_at
        return self.alive and noted is not None and self.told_at > noted

    def quiet(self, at: float) -> bool:
        """Tell whether it is under a silence at an instant: it takes no wall over, and nobody is told."""
        return self.silent_until is not None and at < self.silent_until


def raisers(incident: Incident) -> set[tuple[str, str]]:
    """Return what raised an incident, as `("detector", name)` and `("rule", id)`."""
    found = {_raiser(signal.detector) for signal in incident.signals}
    return found | {("rule", rule) for rule in incident.rules}


def rules_of(signals: Iterable[Signal]) -> tuple[str, ...]:
    """Return the ids of the rules among those who signal, in order."""
    found = (_raiser(signal.detector) for signal in signals)
    return tuple(dict.fromkeys(name for kind, name in found if kind == "rule"))


def _raiser(detector: str) -> tuple[str, str]:
    """Return what a signal comes from: a rule of the user's says `rule:<id>`."""
    kind, _, rule = detector.partition(":")
    return ("rule", rule) if kind == "rule" and rule else ("detector", detector)


def wiped(incident: Incident, names: set[str], authors: set[str]) -> Incident:
    """Return an incident without these outside authors: names out of its leaders and its reason, keys out of its leads.

    Keys of deleted mentions stay: nothing is looked up behind them any more. What our own people wrote stays.
    """
    named = names.intersection(incident.authors)
    gone = "|".join(re.escape(name) for name in sorted(named, key=len, reverse=True))
    explained = incident.explanation
    if explained is not None:
        leads = tuple(lead for lead in explained.leads if lead.author not in authors)
        gone_from = {counter.author for counter in explained.counters} & authors
        counters = tuple(
            msgspec.structs.replace(counter, author=None) if counter.author in gone_from else counter
            for counter in explained.counters
        )
        explained = msgspec.structs.replace(explained, leads=leads, counters=counters)
    return msgspec.structs.replace(
        incident,
        authors=tuple(name for name in incident.authors if name not in named),
        reason={language: re.sub(rf"(?<!\w)(?:{gone})(?!\w)", "…", said) for language, said in incident.reason.items()}
        if named
        else incident.reason,
        explanation=explained,
    )


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
