"""Opening the running system's bus and store for a verb."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread

from app import config as configuration
from app.clock import SystemClock
from app.domain.identity import Identity
from app.installation import make_bus, open_archive
from app.service import Context
from app.watchlist import Watchlist


@asynccontextmanager
async def open_context(
    config_path: Path | None, data: Path, options: dict[str, str] | None = None
) -> AsyncIterator[Context]:
    """Give a verb the running system's bus and store; raise `BusUnavailable` if nothing runs on `data`."""
    config, clock = configuration.load(config_path), SystemClock()
    bus = make_bus(config, data, clock)
    await bus.open()
    store = None
    try:
        store = await to_thread.run_sync(open_archive, data, clock)
        watchlist = Watchlist(config, bus, store, clock)
        await watchlist.load()
        identity = Identity(store.secret())
        yield Context(config, data, clock, bus, store, identity, options or {}, following=watchlist)
    finally:
        await bus.close()
        if store is not None:
            store.close()
