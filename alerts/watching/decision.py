"""What one step of a watch says, and what is to be done about the incident."""

from typing import Literal

import msgspec

from alerts.explanation.wording import Figures
from app.domain.incident import Severity, Signal

Action = Literal["open", "update", "resolve"]


class Decision(msgspec.Struct, frozen=True):
    """What one step says: every signal with its reason, and what is to be done about the incident."""

    signals: tuple[Signal, ...]
    action: Action | None = None
    figures: Figures | None = None
    severity: Severity = "warning"
    peak: float = 0.0
    again: bool = False
    """The same instant as before, because labels changed: signals that no longer raise are told, too."""
    risk: float = 0.0
    """Of all detectors together, as -log10 of the share of days that reach it."""
    topic: str | None = None
    """Id of the topic or campaign it is about; None: the brand as a whole."""
    words: dict[str, str] = {}
    """The reason as a sentence by language, where it is not the number of mentions that raises."""
