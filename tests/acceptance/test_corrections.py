"""The whole way on a clock that really runs: a correction is on the wall, in the counts and in the incident in 2 s."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from alerts.service import AlertsService
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.config import Config
from app.domain.brand import Brand
from app.domain.correction import CORRECTED
from app.domain.identity import Identity
from app.domain.mention import Author, Mention
from app.domain.tally import MinuteTally
from app.service import Context
from app.store.engine import Store
from dashboard.service import DashboardService
from ingest.analysis import AnalysisService
from ingest.archive import ArchiveService
from tests.correcting import Blunt
from tests.fixtures.bus import emptied

pytestmark = pytest.mark.anyio
MOST = 2.0
"""Seconds from the call until everybody shows it."""
CONFIG = Config(brands=(Brand("nord", "Nord", "nord"),))


class Mute(RedisBus):
    """A bus on which analysis' word to alerts is lost, as a hint may be; the planted fault."""

    async def command(self, topic: str, payload: dict[str, str]) -> int:
        return 0 if topic == CORRECTED else await super().command(topic, payload)


class Hall:
    """All services but ingest in one process, a storm that goes on, and one screen."""

    def __init__(self, address: str, screen: ClientConnection, client: httpx.AsyncClient) -> None:
        self.address, self._screen, self._client = address, screen, client

    async def get(self, path: str) -> dict:
        return (await self._client.get(f"{self.address}/api/v1{path}")).json()

    async def correct(self, key: str) -> None:
        answer = await self._client.post(
            f"{self.address}/api/v1/mentions/{key}/analysis", json={"sentiment": "positive"}
        )
        assert (answer.status_code, answer.json()["delivered"]) == (200, True)

    async def negative(self) -> int:
        return sum(one["negative"] for one in (await self.get("/brands/nord/tally?step=3600"))["items"])

    async def incident(self) -> tuple[float, ...]:
        """Return how many negative ones the open incident speaks of, nothing without one."""
        found = (await self.get("/incidents?state=open"))["items"]
        return tuple(one["actual"] for one in found[0]["signals"] if one["detector"] == "negative") if found else ()

    async def card(self, key: str, mark: str) -> None:
        """Wait for the frame that shows the card of a mention with a mark."""
        wanted = re.compile(rf'"class":"card {mark}","key":"{key}"'.encode())
        while not wanted.search(await self._screen.recv(decode=False)):
            pass


async def times(began: float, waits: dict[str, Callable[[], Awaitable[object]]], most: float) -> dict[str, float]:
    """Return after how many seconds each wait was over; one that was not in time is missing."""
    seen: dict[str, float] = {}

    async def see(name: str, wait: Callable[[], Awaitable[object]]) -> None:
        await wait()
        seen[name] = time.monotonic() - began

    with anyio.move_on_after(most - (time.monotonic() - began)):
        async with anyio.create_task_group() as group:
            for name, wait in waits.items():
                group.start_soon(see, name, wait)
    return seen


async def becomes(ask: Callable[[], Awaitable[object]], right: Callable[[object], bool]) -> None:
    while not right(await ask()):  # noqa: ASYNC110 - HTTP has no event
        await anyio.sleep(0.02)


def mentions(identity: Identity, now: float) -> list[Mention]:
    """Return six minutes of anger."""
    said = []
    for number in range(360):
        author = Author(f"p{number % 60}", name=f"Person {number % 60}", followers=number)
        key = identity.key("x", str(number))
        row = {"published_at": now - 355 + number * 0.98, "text": f"Nord nervt {number}", "author": author}
        said.append(Mention("x", str(number), key=key, brands=("nord",), received_at=now, **row))
    return said


@asynccontextmanager
async def hall(bus: RedisBus, store: Store, folder: Path) -> AsyncIterator[Hall]:
    clock, identity = SystemClock(), Identity(store.secret())
    now = int(clock.now()) // 60 * 60
    past = [MinuteTally(start, 2, negative=1, neutral=1) for start in range(now - 2 * 86_400, now - 420, 60)]
    with store.transaction() as tx:
        tx.tallies.seed("nord", "demo", past, now)

    def context(name: str) -> Context:
        options = {"host": "127.0.0.1", "port": "0", "consumer": name}
        return Context(CONFIG, folder, clock, bus, store, identity, options, worker=name)

    async def beat() -> None:
        while True:
            await bus.beat(clock.now())
            await anyio.sleep(0.5)

    dashboard = context("dashboard")
    services = [
        AnalysisService(context("analysis"), [Blunt()]),
        ArchiveService(context("archive")),
        AlertsService(context("alerts")),
        DashboardService(dashboard),
    ]
    await bus.publish(mentions(identity, clock.now()))
    async with anyio.create_task_group() as group:
        group.start_soon(beat)
        for service in services:
            group.start_soon(service.run)
        await dashboard.ready.wait()
        port = dashboard.options["port"]
        async with (
            connect(f"ws://127.0.0.1:{port}/ws/wall/main?lang=de") as screen,
            httpx.AsyncClient(timeout=10) as client,
        ):
            yield Hall(f"http://127.0.0.1:{port}", screen, client)
        group.cancel_scope.cancel()


async def corrected(here: Hall, most: float) -> dict[str, float]:
    """Correct the newest mention during an open incident and return when what showed it."""
    with anyio.fail_after(30):
        await becomes(here.incident, bool)
        newest = (await here.get("/mentions?brand=nord&limit=1"))["items"][0]
        await here.card(newest["key"], "n")
    before, negative = await here.incident(), await here.negative()
    began = time.monotonic()
    await here.correct(newest["key"])
    waits = {
        "counts": lambda: becomes(here.negative, lambda found: found == negative - 1),
        "wall": lambda: here.card(newest["key"], "p"),
        "incident": lambda: becomes(here.incident, lambda found: found and found != before),
    }
    return await times(began, waits, most)


@pytest.fixture
async def own_bus(redis_server, request) -> AsyncIterator[RedisBus]:
    bus = request.param(redis_server.url, partitions=2, lag_limit=200_000, clock=SystemClock())
    await emptied(bus)
    yield bus
    await bus.close()


@pytest.mark.parametrize("own_bus", [RedisBus], indirect=True)
async def test_within_two_seconds_it_is_on_the_wall_in_the_counts_and_in_the_incident(own_bus, sqlite_store, tmp_path):
    async with hall(own_bus, sqlite_store, tmp_path) as here:
        seen = await corrected(here, MOST)
    assert set(seen) == {"counts", "wall", "incident"}, seen


@pytest.mark.long
@pytest.mark.parametrize("own_bus", [Mute], indirect=True)
async def test_an_incident_that_does_not_hear_of_it_is_noticed(own_bus, sqlite_store, tmp_path):
    async with hall(own_bus, sqlite_store, tmp_path) as here:
        seen = await corrected(here, MOST)
    assert set(seen) == {"counts", "wall"}, msgspec.json.encode(seen)
