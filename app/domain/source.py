"""How a source is: whether silence means "nothing said" or "not listening"."""

from typing import Literal

import msgspec

SourceStatus = Literal["starting", "live", "idle", "unreachable", "paused", "held", "failed", "stopped"]

Cause = Literal["", "credential", "quota", "network", "server", "quiet", "bus", "person", "setting"]
"""Why a source is silent: a key is missing or refused, its quota is used up, the network is down, the channel's server
fails, really nothing was said, our own bus holds it back, a person paused it, its row in config.yaml does not fit."""


class Quota(msgspec.Struct, frozen=True):
    """What the channel still lets us ask: as it told us with its last answer."""

    limit: float
    left: float
    resets_at: float | None = None
    unit: str = "requests"


class Gap(msgspec.Struct, frozen=True):
    """A time of which something may be missing for good, because the channel cannot be asked for it again."""

    since: float
    until: float
    reason: str


class Hold(msgspec.Struct, frozen=True):
    """Somebody paused a source: when, and who."""

    at: float
    actor: str


class Orders(msgspec.Struct, frozen=True):
    """What the listener of a source is to do besides listening."""

    hold: Hold | None = None
    question: str | None = None
    """The id of a question whether it works."""


class Proof(msgspec.Struct, frozen=True):
    """The answer to whether a source works: as an English sentence, and of what kind the trouble is."""

    works: bool
    said: str
    at: float
    cause: Cause = ""


class SourceState(msgspec.Struct, frozen=True):
    """The health of one source, reported by its connector at least every 5 s while it is alive.

    `live`: connected or proved alive; `idle`: alive with nothing to send (push); `unreachable`: does not answer, tried
    again; `paused`: held back by backpressure; `held`: a person paused it; `failed`: needs a person (`reason` says what
    to do).
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
    cause: Cause = ""
    """Of what kind `reason` is; `quiet` while live with nothing said."""
    quota: Quota | None = None
    reconnects: int = 0
    """How often it came back after not having been live, since the process started."""
    unreadable: int = 0
    """Events that could not be read, since the process started."""
    heard_at: float | None = None
    """When the last item arrived."""
    gaps: tuple[Gap, ...] = ()
    """The latest known gaps, newest first, at most five."""
    usual: float | None = None
    """Items per hour usual for this hour of the week; None while too little is known."""
    rate: float | None = None
    """Items per hour, from the last hour, or from the time since the process started; None in its first minutes."""
    patience: float | None = None
    """Seconds without an item after which that is suspicious at this hour; None while too little is known."""
    proved_at: float | None = None
    """When the channel last answered, whether or not it had anything to say: the proof behind "0 mentions"."""
    passive: bool = False
    """Hears only what it is told (push, webhooks): its readiness proves nothing about those who should tell it."""
    testable: bool = False
    """Whether it can be asked to prove now that it works."""


LISTENING = frozenset({"live", "idle"})


def hushed_since(one: SourceState, at: float) -> float | None:
    """Return since when a source that seems to listen brings nothing, if that is suspicious for its habit at `at`."""
    if one.status not in LISTENING or one.passive or one.patience is None or one.heard_at is None:
        return None
    since = max(one.heard_at, one.since)
    return since if at - since > one.patience else None
