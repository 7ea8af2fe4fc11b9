"""Fixtures: the context of an alerts service on a real bus and archive, to try its parts singly."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import ManualClock
from app.config import Config
from app.domain.brand import Brand
from app.domain.identity import Identity
from app.service import Context
from app.store.engine import Store
from tests.fixtures.bus import emptied

NORD = Brand("nordlicht", "Nordlicht Strom", "nordlicht")


@pytest.fixture
async def timed_bus(redis_server: EmbeddedServer, clock: ManualClock) -> AsyncIterator[RedisBus]:
    """A bus on an emptied server, its time moved by hand."""
    made = RedisBus(redis_server.url, partitions=1, lag_limit=200_000, clock=clock)
    await emptied(made)
    yield made
    await made.close()


@pytest.fixture
def context(timed_bus: RedisBus, store: Store, clock: ManualClock, identity: Identity, tmp_path: Path) -> Context:
    return Context(Config(brands=(NORD,)), tmp_path, clock, timed_bus, store, identity, worker="alerts-1")
