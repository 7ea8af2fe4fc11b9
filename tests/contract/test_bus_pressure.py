"""Who may hold publishing back, and who may publish at all: lag limits by group, fences by lease."""

from collections.abc import AsyncIterator

import pytest

from app.bus import keys
from app.bus.port import Accepted, Fence
from app.bus.pressure import RETRY_AFTER
from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import ManualClock
from app.errors import Backpressure, LeaseLost
from tests.traffic import gone, said, work

pytestmark = pytest.mark.anyio

LIMITS = {"analysis": 40, "archive": 20, "alerts": 60}


@pytest.fixture(autouse=True)
def two_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second group read what is analysed: the bus takes any number."""
    monkeypatch.setitem(keys.GROUPS, keys.ANALYSED, ("archive", "alerts"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1000.0)


@pytest.fixture
async def bus(redis_server: EmbeddedServer, clock: ManualClock) -> AsyncIterator[RedisBus]:
    bus = RedisBus(redis_server.url, partitions=1, lag_limit=LIMITS, clock=clock)
    await bus._connection.client.flushall()
    await bus.open()
    yield bus
    await bus.close()


async def flow(bus: RedisBus, first: int, count: int, *readers: str) -> None:
    """Publish mentions and settle them one by one; `readers` acknowledge at once."""
    for number in range(first, first + count):
        await bus.publish([said(number)])
        await work(bus)
        for reader in readers:
            await bus.acknowledge(reader, await bus.read_analysed(reader, "a", 500, 1))


async def test_analysis_is_held_to_its_own_limit(bus):
    await bus.publish([said(n) for n in range(40)])
    with pytest.raises(Backpressure, match="analysis is 40 entries behind, at most 40 may wait") as held:
        await bus.publish([said(100)])
    assert (held.value.group, held.value.retry_after) == ("analysis", RETRY_AFTER)
    assert [group.group for group in await bus.behind()] == ["analysis"]
    await work(bus)
    assert await bus.behind() == []


async def test_a_slow_reader_within_its_own_limit_holds_nobody_though_the_stream_is_longer_than_the_others(bus):
    await flow(bus, 0, 20, "archive")
    assert await bus._connection.client.xlen("ew:{p0}:analysed") > LIMITS["archive"]
    assert await bus.publish([said(100)]) == Accepted(accepted=1)
    assert await bus.behind() == []


async def test_each_reader_is_held_to_its_own_limit_and_the_refusal_says_who_it_is_and_that_nobody_serves_it(bus):
    with pytest.raises(Backpressure, match=r"archive is \d+ entries behind.*nobody serves it.*emberwatch run archive"):
        await flow(bus, 0, 30, "alerts")
    await bus.acknowledge("archive", await bus.read_analysed("archive", "a", 500, 1))
    with pytest.raises(Backpressure, match=r"alerts is \d+ entries behind") as held:
        await flow(bus, 30, 40, "archive")
    assert held.value.group == "alerts"
    before = await bus._connection.client.xlen("ew:{p0}:analysed")
    await bus.trim()
    assert await bus._connection.client.xlen("ew:{p0}:analysed") == before
    assert len(await bus.read_analysed("alerts", "a", 500, 1)) >= LIMITS["alerts"]


async def test_somebody_who_serves_a_group_is_not_called_missing(bus):
    await bus.publish([said(n) for n in range(40)])
    await bus.read("analysis", "a", 1, 1)
    [group] = await bus.behind()
    assert group.served
    assert "nobody" not in group.sentence


async def test_one_old_entry_still_pending_holds_nobody_back(bus):
    await bus.publish([said(0)])
    [stuck] = await bus.read("analysis", "hangs", 1, 1)
    for start in range(1, 80, 10):
        await bus.publish([said(n) for n in range(start, start + 10)])
        await work(bus)
        for reader in ("archive", "alerts"):
            await bus.acknowledge(reader, await bus.read_analysed(reader, "a", 500, 1))
    assert await bus._connection.client.xlen("ew:{p0}:mentions") > LIMITS["analysis"]
    assert await bus.publish([said(200)]) == Accepted(accepted=1)
    assert stuck.event.id == "0"


async def test_where_the_server_does_not_know_the_lag_the_times_in_the_ids_tell(bus):
    client = bus._connection.client
    for number in range(30):
        await client.xadd("ew:{p0}:mentions", {"v": 1, "k": "", "e": b"-"}, id=f"{1000 + number}-0")
    await client.xadd("ew:{p0}:mentions", {"v": 1, "k": "", "e": b"-"}, id="1030-0")
    await client.xdel("ew:{p0}:mentions", "1030-0")
    [group] = await client.xinfo_groups("ew:{p0}:mentions")
    assert group["lag"] is None

    async def unread() -> int:
        _, [seen] = await bus._pressure._look(0, "mentions")
        return seen.entries

    assert await unread() == 30
    await client.xgroup_setid("ew:{p0}:mentions", "analysis", "1019-0")
    assert await unread() == 11
    await client.xgroup_setid("ew:{p0}:mentions", "analysis", "1029-0")
    assert await unread() == 0
    await client.xtrim("ew:{p0}:mentions", maxlen=0)
    assert await unread() == 0


async def test_a_lag_the_server_miscounts_is_none_where_the_last_entry_was_given(bus):
    client = bus._connection.client
    for number in range(3):
        await client.xadd("ew:{p0}:mentions", {"v": 1, "k": "", "e": b"-"}, id=f"{1000 + number}-0")
    await client.xgroup_setid("ew:{p0}:mentions", "analysis", "1002-0", entries_read=2)
    [group] = await client.xinfo_groups("ew:{p0}:mentions")
    assert group["lag"] == 1, "planted: Redis 7.0 comes to the same where entries were wiped and trimmed"
    _, [seen] = await bus._pressure._look(0, "mentions")
    assert seen.entries == 0
    assert (await bus.lag())["analysis"] == 0


async def test_how_long_to_wait_follows_from_how_fast_the_group_gets_on(bus, clock):
    await bus.publish([said(n) for n in range(200)])
    with pytest.raises(Backpressure) as held:
        await bus.publish([said(300)])
    assert held.value.retry_after == RETRY_AFTER
    await bus.read("analysis", "a", 40, 1)
    await bus._connection.client.xack(
        "ew:{p0}:mentions", "analysis", *[row["message_id"] for row in await pending(bus)]
    )
    clock.advance(4)
    with pytest.raises(Backpressure) as held:
        await bus.publish([said(300)])
    assert held.value.retry_after == pytest.approx((160 - 40 + 1) / 10)


async def pending(bus: RedisBus) -> list[dict[str, object]]:
    found: list[dict[str, object]] = await bus._connection.client.xpending_range(
        "ew:{p0}:mentions", "analysis", "-", "+", 1000
    )
    return found


async def test_an_outdated_token_publishes_nothing(bus):
    assert await bus.publish([said(1)], fence=Fence("source:a", 7)) == Accepted(accepted=1)
    assert await bus.publish([said(2)], fence=Fence("source:a", 8)) == Accepted(accepted=1)
    with pytest.raises(LeaseLost, match="source:a"):
        await bus.publish([said(3), gone(1)], fence=Fence("source:a", 7))
    assert sorted(await bus.known([said(n).key for n in (1, 2, 3)])) == sorted(said(n).key for n in (1, 2))
    assert await bus.publish([said(3)], fence=Fence("source:b", 1)) == Accepted(accepted=1)
    assert await bus.publish([said(4)]) == Accepted(accepted=1)


async def test_tokens_may_be_as_large_as_the_time_in_milliseconds(bus):
    token = 1_795_297_200_123
    await bus.publish([said(1)], fence=Fence("source:a", token))
    with pytest.raises(LeaseLost):
        await bus.publish([said(2)], fence=Fence("source:a", token - 1))
    assert await bus.publish([said(2)], fence=Fence("source:a", token)) == Accepted(accepted=1)
