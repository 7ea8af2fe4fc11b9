"""The alarm of a source: it does not listen, or hears suspiciously little. Never an incident of a brand."""

from typing import Literal

import msgspec

from app.domain.source import Cause

AlarmKind = Literal["deaf", "quiet"]
"""It does not listen; or it listens, and nothing comes although much usually does at this hour."""


class Alarm(msgspec.Struct, frozen=True):
    """One silence of one source, from the alarm to its end; resolved by itself."""

    id: str
    source: str
    connector: str
    kind: AlarmKind
    cause: Cause
    since: float
    """When the silence began."""
    opened_at: float
    updated_at: float
    reason: dict[str, str]
    """Why, as a sentence, by language (`de`, `en`)."""
    resolved_at: float | None = None
    demo: bool = False
