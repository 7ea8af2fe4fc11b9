"""A connector as a port: it parses the wire of one channel once, into events of the domain."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec
from pydantic import BaseModel

from app.clock import Clock
from app.domain.mention import SourceEvent
from app.domain.source import Cause, Gap, Quota, SourceStatus
from app.domain.tally import MinuteTally


class History(msgspec.Struct, frozen=True):
    """Past minutes of a brand that a source knows only as counts, so that baselines exist; stored once per source."""

    brand: str
    minutes: tuple[MinuteTally, ...]


@dataclass(frozen=True)
class Batch:
    """Events in the order heard and the cursor to commit once they are accepted (None: nothing to resume)."""

    events: list[SourceEvent] = field(default_factory=list)
    cursor: str | None = None
    history: tuple[History, ...] = ()
    last_item_at: float | None = None
    """When the newest item of the channel was published, matched or not: proof that silence is real."""
    received: int = 0
    """Items read from the wire for this batch, of interest or not; items already given count only if they changed."""
    matched: int = 0
    """Items that were published already, by another process (push)."""
    unreadable: int = 0
    """Items among `received` that could not be read; counted, and logged once per `fault`, never fatal."""
    fault: str = ""
    """What was wrong with the first of them, in a few words that never quote it: "status without id"."""
    quota: Quota | None = None
    """What the channel still lets us ask, if it says so."""
    gap: Gap | None = None
    """A time that cannot be asked for again: it is known and shown."""


class Report(Protocol):
    """Tells the health of the source.

    Status and, unless live, the reason as an English sentence that says what to do, and of what kind it is. `live`
    with an empty reason may be told again and again: each time proves that the channel answers.
    """

    def __call__(self, status: SourceStatus, reason: str, /, cause: Cause = "") -> None:
        """Tell it; whoever listens decides what to make of it."""


class Terms(msgspec.Struct, frozen=True):
    """What a channel's terms let us keep, and how it tells of deletions."""

    stored: str
    """What may be stored, as an English sentence for docs/channels.md and the screen."""
    days: float | None = None
    """For how many days at most; None: no limit of its own, retention decides."""
    deletions: str = "announced"
    """`announced` in the stream, `rechecked` by asking again, or `none` where a channel knows none."""
    page: str = ""
    """Where the terms stand, with the date they were read."""


class Fates(msgspec.Struct, frozen=True):
    """What became of mentions asked after: which are gone for good; what is in neither could not be told."""

    gone: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Setting:
    """What a connector is given: its row of config.yaml and where it runs."""

    source: str
    options: BaseModel
    """An instance of the connector's `Options`."""
    clock: Clock
    data: Path
    report: Report
    brands: tuple[Any, ...] = ()
    """The configured `Brand`s (the demo source needs its own)."""
    commands: Callable[[str], AsyncIterator[dict[str, str]]] | None = None
    """`Bus.commands`, for sources that take orders from the command line."""


class Connector(Protocol):
    """One channel, found by entry point in `emberwatch.connectors`.

    `listen` yields batches for ever from `cursor` on. It reconnects by itself with backoff and jitter and reports
    every change of health. It ends only when the source has ended for good (a replayed file). A batch is delivered
    again after a crash, so ids must be stable.

    A connector that cannot resume anywhere says so by the class attribute `rewinds = False`: what it yields while the
    bus takes nothing waits on disk then, instead of holding it up. One whose channel announces no deletions may have a
    method `async fates(ids) -> Fates`, at most 100 ids a call, by which mentions are asked after later. It may have
    `async probe() -> str`, which asks the channel one thing and says what it answered (the test button), or raises
    `SourceUnavailable`. Where the wire does not tell who an author is, it may have `lookup()`, which returns an
    `ingest.lookup.Lookup`, asked for the authors of matched mentions, or None. A missing credential raises
    `CredentialMissing` in `listen`, `fates` and `probe`.

    One that only hears what it is told (webhooks) has `passive = True`; one that reads a file of ours `local = True`.
    All others are believed to be live only while they answer: who holds a line open reports `live` at every sign of
    life of the other side (a ping will do), as each batch does by itself.
    """

    channel: str
    Options: type[BaseModel]
    terms: Terms

    def __init__(self, setting: Setting) -> None: ...

    def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield batches from `cursor` on."""


def rewinds(connector: object) -> bool:
    """Tell whether a connector, or its class, can deliver again what was not accepted."""
    return bool(getattr(connector, "rewinds", True))


def topic(source: str) -> str:
    """Return the command topic on which the inbox tells a push source's listener what came."""
    return f"push:{source}"
