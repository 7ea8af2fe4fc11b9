"""Sources that cannot rewind, while the bus comes and goes."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from pydantic import BaseModel

from app import registry
from app.clock import SystemClock
from app.config import Config, Source
from app.domain.brand import Brand
from app.domain.mention import Author, Deletion, Mention
from app.metrics import SPOOL_LOST
from app.service import Context
from ingest import detour
from ingest.connector import Batch
from ingest.detour import folder
from ingest.listener import Listener
from ingest.publish import Intake
from ingest.spool import Spool
from tests.fixtures.store import NOON
from tests.intake import MemoryBus, until

pytestmark = pytest.mark.anyio


class Options(BaseModel):
    ends: bool = False


class FleetingConnector:
    """Says what it is given at once, and never again."""

    channel = "x"
    Options = Options
    rewinds = False
    wire: asyncio.Queue = None

    def __init__(self, setting):
        self._setting = setting

    async def listen(self, cursor):
        assert cursor is None
        self._setting.report("live", "")
        while (event := await self.wire.get()) is not None:
            yield Batch([event])


@pytest.fixture(autouse=True)
def wire(monkeypatch):
    known = registry.load
    monkeypatch.setattr(
        registry, "load", lambda group, name: FleetingConnector if name == "fleeting" else known(group, name)
    )
    monkeypatch.setattr("ingest.listener.WAITING", 0.02)
    monkeypatch.setattr(detour, "LAST_PAUSE", 0.1)
    FleetingConnector.wire = asyncio.Queue()
    return FleetingConnector.wire


@pytest.fixture
def bus():
    return MemoryBus()


@pytest.fixture
def listening(bus, store, identity, tmp_path):
    @asynccontextmanager
    async def run(owner="me", limit=None):
        config = Config(
            brands=(Brand("nordlicht", "Nordlicht", "nordlicht"),),
            sources=(Source(id="one", connector="fleeting", options=Options()),),
        )
        context = Context(config, tmp_path, SystemClock(), bus, store, identity)
        listener = Listener(context, config.sources[0], Intake(config, bus, store, identity, context.clock), owner)
        if limit is not None:
            listener._opened = tight(listener, limit)
        task = asyncio.create_task(listener.run())
        try:
            yield listener
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return run


def tight(listener, limit):
    """Open a detour of a few bytes instead of megabytes."""

    async def opened(take):
        made = detour.Detour(listener._setting(), limit, take)
        assert await made.open()
        return made

    return opened


def post(number, text="Nordlicht"):
    return Mention("x", str(number), NOON, text, Author("anna"))


def ids(bus):
    return [event.id for event in bus.events]


async def test_while_the_bus_is_away_the_source_goes_on_and_nothing_overtakes(listening, bus, wire):
    async with listening() as one:
        wire.put_nowait(post(0))
        await until(lambda: ids(bus) == ["0"])
        bus.away = True
        for number in range(1, 6):
            wire.put_nowait(post(number))
        await until(lambda: wire.empty() and one.state.status == "paused" and one.state.received == 6)
        assert "Redis does not answer" in one.state.reason
        assert "Nothing is lost" in one.state.reason
        bus.away = False
        wire.put_nowait(post(6))
        await until(lambda: len(bus.events) == 7)
        await until(lambda: one.state.status == "live")
        assert one.state.matched == 7
    assert ids(bus) == [str(n) for n in range(7)]


async def test_backpressure_goes_the_same_way_and_edits_keep_their_order(listening, bus, wire):
    bus.behind = 0.05
    async with listening() as one:
        for event in (post(1, "Nordlicht eins"), post(1, "Nordlicht zwei"), Deletion("x", "1", NOON), post(2)):
            wire.put_nowait(event)
        await until(lambda: one.state.received == 4)
        bus.behind = None
        await until(lambda: len(bus.events) == 4)
    assert [getattr(event, "text", None) for event in bus.events[:3]] == ["Nordlicht eins", "Nordlicht zwei", None]


async def test_what_a_killed_process_kept_goes_out_before_anything_new(listening, bus, wire, tmp_path):
    left = Spool(folder(tmp_path, "one"), 10**6)
    left.open()
    for number in range(3):
        left.append([post(number)])
    left.close()
    wire.put_nowait(post(3))
    async with listening():
        await until(lambda: len(bus.events) == 4)
        await until(lambda: not list(folder(tmp_path, "one").glob("*.spool")))
    assert ids(bus) == ["0", "1", "2", "3"]


async def test_when_the_disk_is_used_up_the_newest_are_lost_and_counted_aloud(listening, bus, wire):
    before = SPOOL_LOST.labels("one")._value.get()
    async with listening(limit=400) as one:
        await until(lambda: one.state.status == "live")
        bus.away = True
        for number in range(20):
            wire.put_nowait(post(number))
        await until(lambda: one.state.received == 20)
        await until(lambda: one.state.status == "failed")
        lost = int(SPOOL_LOST.labels("one")._value.get() - before)
        assert 0 < lost < 20
        assert f"{lost} events of this source are lost" in one.state.reason
        bus.away = False
        await until(lambda: one.state.status == "live")
    assert ids(bus) == [str(n) for n in range(20 - lost)]


async def test_what_waits_here_is_published_though_another_machine_has_the_source(listening, bus, tmp_path):
    left = Spool(folder(tmp_path, "one"), 10**6)
    left.open()
    left.append([post(1)])
    left.close()
    bus.holders["source:one"] = ("another machine", 9)
    bus.fences["source:one"] = 9
    async with listening():
        await until(lambda: ids(bus) == ["1"])
    assert bus.fences == {"source:one": 9}


async def test_a_newer_token_ends_the_turn_and_the_batch_in_hand_comes_with_the_next(listening, bus, wire):
    async with listening() as one:
        wire.put_nowait(post(1))
        await until(lambda: ids(bus) == ["1"])
        bus.holders["source:one"] = ("another", one._token + 1)
        bus.fences["source:one"] = one._token + 1
        wire.put_nowait(post(2))
        bus.holders["source:one"] = ("", one._token + 1)
        await until(lambda: ids(bus) == ["1", "2"])
        assert one._token > 1


async def test_a_batch_in_hand_is_kept_when_the_source_is_lost_or_the_process_stopped(listening, bus, wire, tmp_path):
    async with listening() as one:
        wire.put_nowait(post(0))
        await until(lambda: ids(bus) == ["0"])
        bus.fences["source:one"] = one._token + 1
        wire.put_nowait(post(1))
        await until(lambda: list(folder(tmp_path, "one").glob("*.spool")))
        del bus.fences["source:one"]
        await until(lambda: ids(bus) == ["0", "1"])
        held = asyncio.Event()

        async def hang(*_, **__):
            held.set()
            await asyncio.get_running_loop().create_future()

        bus.publish = hang
        wire.put_nowait(post(2))
        await until(held.is_set)
    left = Spool(folder(tmp_path, "one"), 10**6)
    assert left.open()
    assert [event.id for event in left.first()] == ["2"]
    left.close()


async def test_a_batch_that_fails_for_no_known_reason_is_tried_twice_then_counted(listening, bus, wire):
    known, before = bus.publish, SPOOL_LOST.labels("one")._value.get()

    async def fail(events, **more):
        if any(event.id == "1" for event in events):
            raise ZeroDivisionError
        return await known(events, **more)

    bus.publish = fail
    async with listening():
        for number in range(3):
            wire.put_nowait(post(number))
        await until(lambda: ids(bus) == ["0", "2"])
    assert SPOOL_LOST.labels("one")._value.get() - before == 1


async def test_another_process_of_this_machine_keeps_its_spool(listening, tmp_path):
    other = Spool(folder(tmp_path, "one"), 10**6)
    other.open()
    async with listening() as one:
        await until(lambda: one.state.status == "unreachable")
        assert "still has what waits on disk" in one.state.reason
    other.close()


async def test_a_source_that_ends_is_over_once_nothing_waits(listening, bus, wire):
    bus.away = True
    async with listening() as one:
        bus.away = False
        await until(lambda: one.state.status == "live")
        bus.away = True
        wire.put_nowait(post(1))
        wire.put_nowait(None)
        await until(lambda: one.state.received == 1)
        assert one.state.status == "paused"
        bus.away = False
        await until(lambda: one.state.status == "stopped")
    assert ids(bus) == ["1"]
