"""What was heard in one call of a channel: events, and how much of it could not be read."""

from dataclasses import dataclass, field

from app.domain.mention import SourceEvent
from ingest.sound import unsound


@dataclass
class Heard:
    """Events in the order told; `received` items in all, of which `unreadable` could not be read."""

    events: list[SourceEvent] = field(default_factory=list)
    received: int = 0
    unreadable: int = 0
    fault: str = ""
    """What was wrong with the first of them, in a few words that never quote it."""

    def hear(self, event: SourceEvent | None) -> None:
        """Add one item; None is one that says nothing to us, such as a receipt of delivery."""
        self.received += 1
        if event is None:
            return
        wrong = unsound(event)
        if wrong:
            self._lost(wrong)
        else:
            self.events.append(event)

    def miss(self, fault: str) -> None:
        """Count an item that could not be read."""
        self.received += 1
        self._lost(fault)

    def _lost(self, fault: str) -> None:
        self.unreadable += 1
        self.fault = self.fault or fault
