import anyio
import httpx
import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.config.model import Config
from app.domain.identity import Identity
from app.domain.usual import Usual
from app.errors import Unavailable
from app.service import Context
from dashboard.feed import BANDS, Feed
from dashboard.service import DashboardService
from tests.browser.publisher import CALM, Publisher
from tests.fixtures.bus import emptied
from tests.unit.dashboard.rooms import BRAND

pytestmark = pytest.mark.anyio
CONFIG = Config(brands=(BRAND,))


def context(bus, store, tmp_path, port="0"):
    options = {"host": "127.0.0.1", "port": port}
    return Context(CONFIG, tmp_path, SystemClock(), bus, store, Identity(store.secret()), options)


async def said(socket, kind):
    """Return the next message of a kind."""
    with anyio.fail_after(5):
        while True:
            message = msgspec.json.decode(await socket.recv())
            if message["type"] == kind:
                return message


async def test_a_screen_gets_a_snapshot_then_frames_and_the_service_stops_when_told(bus, store, tmp_path):
    publisher = Publisher(bus)
    now = SystemClock().now()
    await publisher.say([publisher.mention(CALM[0], now, "nordlicht")])
    await publisher.beat(now)
    made = context(bus, store, tmp_path)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(DashboardService(made).run)
        with anyio.fail_after(10):
            await made.ready.wait()
        port = made.options["port"]
        async with httpx.AsyncClient() as http:
            assert (await http.get(f"http://127.0.0.1:{port}/healthz")).text == "ok"
        async with connect(f"ws://127.0.0.1:{port}/ws/wall/main?lang=en") as socket:
            first = msgspec.json.decode(await socket.recv())
            assert first["type"] == "snapshot"
            await publisher.say([publisher.mention(CALM[1], SystemClock().now(), "nordlicht")])
            await publisher.beat()
            frame = await said(socket, "frame")
            while frame["seq"] <= first["seq"]:
                frame = await said(socket, "frame")
            assert frame["data_time"] >= (first["data_time"] or 0)
        async with connect(f"ws://127.0.0.1:{port}/ws/wall/nowhere") as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd.code == 4404
        tasks.cancel_scope.cancel()


async def test_feeds_of_several_dashboards_agree_over_16_partitions(redis_server):
    clock = SystemClock()
    many = RedisBus(redis_server.url, partitions=16, lag_limit=200_000, clock=clock)
    await emptied(many)
    publisher = Publisher(many)
    feeds = [Feed(many, CONFIG.brands, clock) for _ in range(3)]
    async with anyio.create_task_group() as tasks:
        for feed in feeds:
            tasks.start_soon(feed.run)
        with anyio.fail_after(10):
            for feed in feeds:
                await feed.loaded.wait()
            for _ in range(20):
                await publisher.say([publisher.mention(one, clock.now(), "nordlicht") for one in CALM])
            await publisher.beat(until := clock.now())
            for feed in feeds:
                while feed.state.brands["nordlicht"].rate(clock.now()) != 20 * len(CALM):
                    await feed.changed.wait()
                while feed.state.watermark < until:
                    await feed.changed.wait()
        assert {len(feed.state.seqs) for feed in feeds} == {16}
        assert len({feed.state.seq for feed in feeds}) == 1
        tasks.cancel_scope.cancel()
    await many.close()


async def test_a_taken_port_is_named(bus, store, tmp_path):
    made = context(bus, store, tmp_path)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(DashboardService(made).run)
        await made.ready.wait()
        with pytest.raises(Unavailable, match=f"Port {made.options['port']} on 127.0.0.1 cannot be opened"):
            await DashboardService(context(bus, store, tmp_path, made.options["port"])).run()
        tasks.cancel_scope.cancel()


async def test_the_feed_reads_again_what_it_missed(bus):
    publisher = Publisher(bus)
    feed = Feed(bus, CONFIG.brands, SystemClock())
    state = feed.state.brands["nordlicht"]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(feed.run)
        with anyio.fail_after(5):
            await feed.loaded.wait()
        feed.state.seqs[0] = -7  # as if deltas had been lost
        await publisher.say([publisher.mention(one, SystemClock().now(), "nordlicht") for one in CALM])
        with anyio.fail_after(5):
            while state.rate(SystemClock().now()) != len(CALM):
                await feed.changed.wait()
        assert feed.state.seqs[0] > 0
        tasks.cancel_scope.cancel()


async def test_what_is_usual_for_many_brands_is_read_by_and_by(bus):
    brands = [msgspec.structs.replace(BRAND, id=f"b{number}") for number in range(BANDS + 1)]
    feed = Feed(bus, tuple(brands), SystemClock())
    last = Usual(brands[-1].id, 1.0, (), 60.0)
    await bus.show_usual(last)
    await feed.look()
    assert feed.around.usual == {}
    await feed.look()
    assert feed.around.usual == {last.brand: last}
    await feed.look()
    assert feed.around.usual == {last.brand: last}, "it stays until it is read again"
    feed.adopt(Config(brands=tuple(brands[:3])))
    await feed.look()
    assert feed.around.usual == {}
