"""A dead letter: an entry that could not be analysed or read, set aside until a person retries or drops it."""

from typing import Literal

import msgspec

from app.domain.correction import StreamEvent

Retried = Literal["again", "deleted", "overtaken", "gone"]
"""What became of a letter: it is back, its mention was deleted, a later version is counted, it was there no more."""


class Letter(msgspec.Struct, frozen=True):
    """One dead letter of one partition."""

    partition: int
    id: str
    at: float
    """Instant it was set aside."""
    reason: str
    deliveries: int
    stream: str
    """Where it came from: `mentions` or `analysed`."""
    key: str
    version: int
    event: StreamEvent | None
    """None if no release of ours can read it."""

    @property
    def name(self) -> str:
        """What people call it: unique over all partitions."""
        return f"{self.partition}/{self.id}"
