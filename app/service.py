"""What a service is given and what it must be. `app.runner` starts, watches and stops them."""

import os
import socket
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import anyio

from app.bus.port import Bus
from app.clock import Clock
from app.config import Config
from app.domain.drill import Mark
from app.domain.fault import Fault
from app.domain.identity import Identity
from app.marking import mark_of
from app.store.engine import Store
from app.watchlist import Watchlist


@dataclass(frozen=True)
class Context:
    """What every service gets from the runner; bus and store are open."""

    start: Config
    """The configuration this process began with."""
    data: Path
    clock: Clock
    bus: Bus
    store: Store
    identity: Identity
    options: dict[str, str] = field(default_factory=dict)
    """What the command line adds, such as `host` and `port` for the dashboard."""
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    """What this process is called among all workers on all machines; a lease is held under this name."""
    faults: dict[str, Fault] = field(default_factory=dict)
    """What does not work right now, by part, as far as this process has tried."""
    ready: anyio.Event = field(default_factory=anyio.Event)
    """A service sets it once it does its work; the runner reports readiness from then on."""
    following: Watchlist | None = None
    """The watchlist that this process follows; without one nothing changes what is in force but a save through it."""

    @cached_property
    def watchlist(self) -> Watchlist:
        """Return what says which configuration is in force."""
        return self.following or Watchlist(self.start, self.bus, self.store, self.clock)

    @cached_property
    def drill(self) -> Mark | None:
        """Return the mark of the drill whose space this is; None: all of it is real."""
        return mark_of(self.data)

    @property
    def config(self) -> Config:
        """Return the configuration in force now; who keeps something made of it follows `watchlist.changes`."""
        return self.watchlist.config


class Service(Protocol):
    """A long-running part of the system, found by entry point in `emberwatch.services`.

    `run` works until it is cancelled and cleans up after itself; an exception makes the runner start it again with
    growing pauses. One that has a static `meanwhile(options, faults)` answers in it until bus and store are open.
    """

    name: str

    def __init__(self, context: Context) -> None: ...

    async def run(self) -> None:
        """Do the work until cancelled."""
