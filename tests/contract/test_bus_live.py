"""Deltas, board, leases, and a server that dies under load."""

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import msgspec
import pytest

from app.bus.codec import PROFILE
from app.bus.keys import AUTHOR_KEPT, shelf, stream
from app.bus.port import Delta
from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import ManualClock, SystemClock
from app.domain.alarm import Alarm
from app.domain.incident import Incident
from app.domain.source import Hold, Orders, Proof, SourceState
from app.domain.tally import TallyDelta, merge
from app.domain.usual import Usual, UsualMinute
from app.errors import BusUnavailable
from tests.fixtures.bus import emptied, everywhere, masters
from tests.load import Load, until
from tests.traffic import NOW, counted, gone, said, settle, work

pytestmark = pytest.mark.anyio


pytest_generate_tests = everywhere


@pytest.fixture
async def bus(any_redis: str) -> AsyncIterator[RedisBus]:
    bus = RedisBus(any_redis, partitions=1, lag_limit=200_000, clock=SystemClock())
    await emptied(bus)
    yield bus
    await bus.close()


async def hear(deltas: AsyncIterator[Delta | None]) -> Delta | None:
    with anyio.fail_after(5):
        return await anext(deltas)


async def test_deltas_sum_to_the_snapshot_and_a_gap_says_read_again(bus):
    deltas = bus.deltas()
    assert await hear(deltas) is None
    total: TallyDelta = {}
    await bus.publish([said(1), said(2, "bad")])
    await work(bus)
    first = await hear(deltas)
    assert {card.mention.id for card in first.newest} == {"1", "2"}
    await bus.publish([gone(1), said(2, "good", brands=())])
    await bus.beat(NOW)
    await work(bus)
    second = await hear(deltas)
    assert set(second.gone) == {said(1).key, said(2).key}
    assert (first.seq, second.seq, second.watermark) == (1, 2, NOW)
    for delta in (first, second):
        merge(total, delta.tally)
    snapshot = await bus.snapshot(["acme"], NOW - 7200)
    assert snapshot.seq == {0: 2}
    assert {n: {f: v for f, v in row.items() if v} for n, row in total.items() if any(row.values())} == snapshot.tally
    await bus._connection.client.incr("ew:{p0}:seq")
    await bus.publish([said(3)])
    await work(bus)
    assert await hear(deltas) is None
    assert (await hear(deltas)).seq == 4
    await bus._connection.client.publish("ew:{p0}:live", b"9\n\x07from a newer release")
    assert await hear(deltas) is None
    await deltas.aclose()


@pytest.mark.parametrize("careful", [True, False])
async def test_a_brand_first_spoken_of_while_it_is_read_is_not_missed(bus, monkeypatch, careful):
    """Planted fault: who asks but once would have the delta's number without what it says."""
    read, spoken, asked = bus._read, bus._spoken, []

    async def slow(*given):
        if not asked:
            asked.append(1)
            await bus.publish([said(1)])
            await work(bus)
        return await read(*given)

    async def once(*given):
        return set() if asked else await spoken(*given)

    monkeypatch.setattr(bus, "_read", slow)
    if not careful:
        monkeypatch.setattr(bus, "_spoken", once)
    snapshot = await bus.snapshot(["acme", "silent"], NOW - 7200)
    assert snapshot.seq == {0: 1}
    assert bool(snapshot.tally) is careful


async def test_a_lost_subscription_comes_back_and_says_read_again(bus):
    deltas = bus.deltas()
    assert await hear(deltas) is None
    for client in await masters(bus):
        await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    assert await hear(deltas) is None
    await bus.publish([said(1)])
    await work(bus)
    assert (await hear(deltas)).seq == 1
    await deltas.aclose()


async def test_leases_fence_a_cursor(bus):
    first = await bus.lease("source:live", "one", 5)
    assert await bus.lease("source:live", "one", 5) == first
    assert await bus.lease("source:live", "two", 5) is None
    assert await bus.commit_cursor("live", "10", first)
    await bus.release("source:live", "two")
    assert await bus.lease("source:live", "two", 5) is None
    await bus.release("source:live", "one")
    second = await bus.lease("source:live", "two", 0.001)
    assert second > first
    assert not await bus.commit_cursor("live", "9", first)
    assert await bus.cursor("live") == "10"
    assert await bus.cursor("other") is None
    with anyio.fail_after(5):
        while (third := await bus.lease("source:live", "three", 5)) is None:  # noqa: ASYNC110 - Redis tells nobody
            await anyio.sleep(0.001)
    assert third > second


async def test_the_board_keeps_what_was_last_said(any_redis):
    clock = ManualClock(1000.0)
    bus = RedisBus(any_redis, partitions=1, lag_limit=10, clock=clock)
    await emptied(bus)
    state = SourceState("live", "bluesky", "unreachable", 990.0, 1000.0, "no network")
    await bus.report_source(state)
    assert await bus.sources() == [state]
    hold, proof = Hold(995.0, "loopback"), Proof(works=False, said="No key.", at=999.0, cause="credential")
    await bus.hold("live", hold)
    await bus.ask("live", "q1")
    assert await bus.held("live") == hold, "asking who holds it takes no question away"
    assert await bus.orders("live") == Orders(hold, "q1")
    assert await bus.orders("live") == Orders(hold)
    await bus.hold("live", None)
    assert await bus.held("live") is None
    assert await bus.answered("live", "q1") is None
    await bus.answer("live", "q1", proof)
    assert await bus.answered("live", "q1") == proof
    alarm = Alarm("a1", "live", "bluesky", "deaf", "network", 900.0, 990.0, 990.0, {"de": "Stumm.", "en": "Silent."})
    past = msgspec.structs.replace(alarm, id="a2", opened_at=980.0, resolved_at=999.0)
    await bus.show_alarm(alarm)
    await bus.show_alarm(past)
    assert await bus.alarms() == [alarm, past]
    await bus.report_service("ingest", "one", 1000.0)
    assert await bus.services() == {"ingest": 1000.0}
    incident = Incident("i1", "acme", 1000.0, "firing", "warning", ())
    ended = Incident("i2", "acme", 900.0, "resolved", "warning", (), resolved_at=1000.0)
    await bus.show_incident(incident)
    await bus.show_incident(ended)
    assert await bus.incidents() == [incident, ended]
    usual = Usual("acme", 1000.0, (UsualMinute(960, 1.0, 2.0, 3.0),), 60.0)
    await bus.show_usual(usual)
    assert await bus.usual() == await bus.usual(["other", "acme"]) == {"acme": usual}
    assert await bus.usual(["other"]) == await bus.usual([]) == {}
    clock.advance(3700)
    assert await bus.incidents() == [incident]
    assert await bus.services() == {}
    await bus.close()


async def test_commands_reach_who_listens(bus):
    assert await bus.command("demo", {"do": "storm"}) == 0
    heard = []

    async def listen() -> None:
        async for order in bus.commands("demo"):
            heard.append(order)
            group.cancel_scope.cancel()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(listen)
            while not await bus.command("demo", {"do": "storm"}):  # noqa: ASYNC110 - counted only once it listens
                await anyio.sleep(0.005)
    assert heard[0] == {"do": "storm"}


@pytest.fixture
def mortal() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="ember-kill-"))
    server = EmbeddedServer(folder / "redis")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


MANY = 3000


async def killed(load: Load, server: EmbeddedServer) -> None:
    for goal in (MANY // 6, MANY // 2):
        await until(lambda goal=goal: len(load.accepted) >= goal)
        os.kill(server.pid, signal.SIGKILL)
        await until(lambda: not server.alive())
        await anyio.to_thread.run_sync(server.start)


async def test_a_server_killed_under_load_loses_nothing_that_was_accepted(mortal):
    bus = RedisBus(mortal.url, partitions=2, lag_limit=200_000, clock=SystemClock())
    load = Load(bus, MANY)
    await bus.open()
    try:
        with anyio.fail_after(40):
            async with anyio.create_task_group() as group:
                for task in (load.publish, load.analyse, load.archive):
                    group.start_soon(task)
                group.start_soon(killed, load, mortal)
        assert load.outages
        assert await counted(bus) == MANY
        lag = await bus.lag()
        assert (lag["analysis"], lag["archive"]) == (0, 0)
    finally:
        await bus.close()


async def test_no_server_is_bus_unavailable_from_every_method():
    bus = RedisBus("unix:///nowhere/redis.sock", partitions=1, lag_limit=10, clock=SystemClock())
    for call in (bus.open, bus.sources, bus.trim, bus.lag, bus.services, bus.incidents, bus.usual):
        with pytest.raises(BusUnavailable, match="Redis does not answer"):
            await call()
    for call in (bus.publish([said(1)]), bus.beat(NOW), bus.read("analysis", "a"), bus.read_analysed("archive", "a")):
        with pytest.raises(BusUnavailable):
            await call
    await bus.close()


async def test_groups_and_scripts_come_back_when_the_server_forgot_them(bus):
    await bus.publish([said(1)])
    for client in await masters(bus):
        await client.flushall()
        await client.script_flush()
    assert (await bus.publish([said(1)])).accepted == 1
    assert len(await work(bus)) == 1
    assert len(await bus.read_analysed("archive", "a", 10, 1)) == 2


@pytest.mark.parametrize(("spoke_again", "left"), [(False, []), (True, ["User 1"])])
async def test_an_author_goes_with_the_last_mention_also_from_an_earlier_shelf(bus, spoke_again, left):
    await bus.publish([said(1)])
    await work(bus)
    later = NOW + AUTHOR_KEPT
    author = said(1).author
    await bus.publish([gone(1), *([said(2, author=author)] if spoke_again else [])])
    for entry in await bus.read("analysis", "a", 500, 1):
        assert not await settle(bus, [entry], at=later)
    names = [stream(p, f"who:{shelf(at)}") for p in range(bus._connection.partitions) for at in (NOW, later)]
    shelves = [await bus._connection.client.hgetall(name) for name in names]
    assert sorted({PROFILE.decode(blob).name for found in shelves for blob in found.values()}) == left
