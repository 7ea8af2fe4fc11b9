"""Drills: who takes part, what came of one, and how fast people were. Pure."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from app.domain.events import IncidentEvent

DrillState = Literal["starting", "running", "stopping", "done", "failed"]

TARGETS = {"raised": 120.0, "acknowledged": 300.0, "owned": 600.0, "statement": 3600.0}
"""Seconds from the first post of the storm by which each should have been reached."""
STAMP = "ÜBUNG/DRILL"
"""What every text of a drill begins with."""


class Mark(msgspec.Struct, frozen=True):
    """What makes an installation the space of a drill: its id, and who alone may be told anything by it."""

    id: str
    recipients: tuple[str, ...] = ()


class Scorecard(msgspec.Struct, frozen=True):
    """How fast a storm was seen and answered, in seconds from its first post; None: it never was."""

    raised: float | None = None
    """The machine's part."""
    acknowledged: float | None = None
    owned: float | None = None
    statement: float | None = None
    resolved: float | None = None
    highest_level: int = 0
    steps: int = 0
    """Steps of the playbook that were ticked and stayed so."""
    incidents: int = 0
    mentions: int = 0
    """Counted since the first post."""
    told: int = 0
    """Messages that were delivered."""
    would_tell: tuple[str, ...] = ()
    """Names of those whom the chain would have told first, had it been real."""

    def within(self, name: str) -> bool | None:
        """Tell whether a target was reached; None for what has none."""
        took: float | None = getattr(self, name)
        return None if name not in TARGETS else took is not None and took <= TARGETS[name]


class Drill(msgspec.Struct, frozen=True):
    """One drill as the archive of the real installation keeps it: the only trace there beside its audit row."""

    id: str
    at: float
    """When it was asked for, UTC seconds."""
    scenario: str
    """Id of a scenario, or the name of a recording."""
    brand: str
    language: str
    state: DrillState = "starting"
    recipients: tuple[str, ...] = ()
    speed: float = 1.0
    minutes: float = 0.0
    seed: int = 0
    wall: str | None = None
    """The wall whose screens show the drill meanwhile."""
    port: int = 0
    address: str | None = None
    """Where it is seen, once it runs."""
    began: float | None = None
    """When its first post was published."""
    over: float | None = None
    problem: str | None = None
    score: Scorecard | None = None
    by: str = ""
    """Who started it."""

    @property
    def alive(self) -> bool:
        """Whether it is not over yet."""
        return self.state in {"starting", "running", "stopping"}


def score(events: Iterable[IncidentEvent], began: float) -> Scorecard:
    """Return what the log of a drill's incidents, oldest first, says of how fast people were."""
    first: dict[str, float] = {}
    ticked: dict[str, bool] = {}
    highest, incidents, resolved = 0, set(), None
    for event in events:
        incidents.add(event.incident)
        kind = "acknowledged" if event.kind == "owned" and "acknowledged" not in first else event.kind
        first.setdefault(kind, event.at - began)
        first.setdefault(event.kind, event.at - began)
        highest = max(highest, event.level)
        if event.kind == "ticked":
            ticked[str(event.detail.get("step"))] = bool(event.detail.get("done", True))
        if event.kind == "resolved":
            resolved = event.at - began
    return Scorecard(
        raised=_rounded(first.get("opened")),
        acknowledged=_rounded(first.get("acknowledged")),
        owned=_rounded(first.get("owned")),
        statement=_rounded(first.get("statement")),
        resolved=_rounded(resolved),
        highest_level=highest,
        steps=sum(ticked.values()),
        incidents=len(incidents),
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else max(0.0, round(seconds, 1))
