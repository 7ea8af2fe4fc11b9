"""A connector as a port: it parses the wire of one channel once, into events of the domain."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec
from pydantic import BaseModel

from app.clock import Clock
from app.domain.mention import SourceEvent
from app.domain.source import SourceStatus
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
    """Items read from the wire for this batch, of interest or not."""
    matched: int = 0
    """Items that were published already, by another process (push)."""


Report = Callable[[SourceStatus, str], None]
"""Tells the health of the source: status and, unless live, the reason as an English sentence."""


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
    bus takes nothing waits on disk then, instead of holding it up.
    """

    channel: str
    Options: type[BaseModel]

    def __init__(self, setting: Setting) -> None: ...

    def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield batches from `cursor` on."""


def rewinds(connector: object) -> bool:
    """Tell whether a connector, or its class, can deliver again what was not accepted."""
    return bool(getattr(connector, "rewinds", True))


def topic(source: str) -> str:
    """Return the command topic on which the inbox tells a push source's listener what came."""
    return f"push:{source}"
