"""How a source is: whether silence means "nothing said" or "not listening"."""

from typing import Literal

import msgspec

SourceStatus = Literal["starting", "live", "idle", "unreachable", "paused", "failed", "stopped"]


class SourceState(msgspec.Struct, frozen=True):
    """The health of one source, reported by its connector at least every 5 s while it is alive.

    `live`: connected or proved alive; `idle`: alive with nothing to send (push); `unreachable`: does not answer, tried
    again; `paused`: held back by backpressure; `failed`: needs a person (`reason` says what to do).
    """

    id: str
    connector: str
    status: SourceStatus
    since: float
    """Instant of the last change of `status`."""
    reported_at: float
    reason: str = ""
    """Why, as a sentence in English; empty while live."""
    last_item_at: float | None = None
    lag: float | None = None
    """Seconds between publication and arrival of the last item."""
    received: int = 0
    matched: int = 0
    demo: bool = False
