"""What happens to an incident, one row each: its log, and what makes people be told."""

from typing import Literal

import msgspec

from app.domain.incident import Severity

EventKind = Literal[
    "opened",
    "joined",  # another detector or rule raises, too
    "escalated",  # severity or level rose, or twice the mentions
    "calmer",  # the level fell
    "acknowledged",
    "owned",
    "handed_over",
    "commented",
    "silenced",
    "unsilenced",  # its silence ended, or it broke through: whoever was not told yet has to be
    "statement",  # we said something in public
    "ticked",  # a step of the playbook was done, or undone
    "resolved",
    "verdict",
]


class IncidentEvent(msgspec.Struct, frozen=True):
    """One thing that happened to an incident; `number` orders all of them, 0 before it is kept."""

    incident: str
    brand: str
    at: float
    kind: EventKind
    actor_kind: str
    actor: str
    severity: Severity
    level: int = 0
    detail: dict[str, str | int | float | bool | None] = {}
    """Figures, ids and what our own people wrote; never the text of a mention or the name of an outside author."""
    number: int = 0
