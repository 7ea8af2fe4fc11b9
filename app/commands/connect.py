"""Opening the bus and the store that this installation runs on, for services and for verbs."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread

from app import config as configuration
from app.bus.redis import RedisBus
from app.bus.server import locate
from app.clock import Clock, SystemClock
from app.config import Config
from app.domain.identity import Identity
from app.errors import BusUnavailable
from app.service import Context
from app.store.engine import Store, open_store


def bus_url(data: Path) -> str:
    """Return where Redis answers: `REDIS_URL`, else the server that `emberwatch up` runs on this data folder."""
    url = os.environ.get("REDIS_URL") or locate(data)
    if url is None:
        raise BusUnavailable(f"Nothing runs on {data}; start it with `emberwatch up --data {data}` or set REDIS_URL.")
    return url


def store_url(data: Path) -> str:
    """Return the archive's address: `DATABASE_URL`, else SQLite in the data folder."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{data.resolve() / 'emberwatch.sqlite'}"


def open_archive(data: Path, clock: Clock | None = None) -> Store:
    """Open the store of a data folder, bringing its schema up to date."""
    data.mkdir(parents=True, exist_ok=True)
    return open_store(store_url(data), clock=clock or SystemClock())


def make_bus(config: Config, data: Path, clock: Clock) -> RedisBus:
    """Return the bus of a data folder, not opened yet; raise `BusUnavailable` if nothing runs there."""
    return RedisBus(bus_url(data), partitions=config.bus.partitions, lag_limit=config.bus.lag_limit, clock=clock)


@asynccontextmanager
async def open_context(
    config_path: Path | None, data: Path, options: dict[str, str] | None = None
) -> AsyncIterator[Context]:
    """Give a verb the running system's bus and store; raise `BusUnavailable` if nothing runs on `data`."""
    config, clock = configuration.load(config_path), SystemClock()
    bus = make_bus(config, data, clock)
    await bus.open()
    try:
        store = await to_thread.run_sync(open_archive, data, clock)
        identity = Identity(store.secret(), config.bus.partitions)
        yield Context(config, data, clock, bus, store, identity, options or {})
    finally:
        await bus.close()
