"""What the bus remembers of mention keys: how long, and what releases up to 0.2.0 have left behind, a hash each.

`tests/recordings/memory_in_hashes.json` holds what such a release wrote: mentions 1 to 4 settled, 2 edited, 3 deleted,
5 among the dead letters, 6 delivered to a worker that is gone, 7 and an edit of 4 not delivered yet.
"""

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.bus import keys
from app.bus.port import Accepted
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.domain.mention import Mention
from tests.fixtures.bus import emptied, everywhere, masters, text_anywhere
from tests.traffic import gone, said, work

pytestmark = pytest.mark.anyio

RECORDED = Path(__file__).parent.parent / "recordings" / "memory_in_hashes.json"


pytest_generate_tests = everywhere


@pytest.fixture
async def bus(any_redis: str) -> AsyncIterator[RedisBus]:
    bus = RedisBus(any_redis, partitions=1, lag_limit=100_000, clock=SystemClock())
    await emptied(bus)
    yield bus
    await bus.close()


def place(mention: Mention) -> str:
    return keys.remembered(0, mention.key)


async def recorded(bus: RedisBus) -> None:
    """Put back what a release of before has left, in place of what is there."""
    for server in await masters(bus):
        await server.flushall()
    for name, (blob, left) in json.loads(RECORDED.read_text("utf-8")).items():
        await bus._connection.client.restore(name, max(left, 0), b64decode(blob))


async def test_what_earlier_releases_remember_is_turned_on_open_with_its_end(bus):
    await recorded(bus)
    client = bus._connection.client
    assert await client.type(place(said(1))) == b"hash"
    await bus.open()
    for number in range(1, 8):
        assert await client.type(place(said(number))) == b"string"
        assert (await client.ttl(place(said(number))) == -1) == (number == 5)
    known = await bus.known([said(number).key for number in range(1, 9)])
    assert {key for key, brands in known.items() if brands is not None} == {
        said(number).key for number in (1, 2, 4, 5, 6, 7)
    }
    assert await bus.publish(
        [said(1, "one"), said(2, "two again"), said(3, "three"), gone(3), said(5, "five"), said(7, "seven")]
    ) == Accepted(duplicates=6)
    held = await bus.contributions([said(number).key for number in range(1, 8)])
    assert {key: one.version for key, one in held.items()} == {
        said(1).key: 1,
        said(2).key: 2,
        said(3).key: 2,
        said(4).key: 1,
    }
    assert held[said(3).key].contribution is None
    assert held[said(2).key].contribution.terms == ("two", "again")


async def test_what_earlier_releases_left_to_do_is_done(bus):
    await recorded(bus)
    await bus.open()
    entries = await bus.claim("analysis", "gone")
    assert [entry.event.text for entry in entries] == ["six"]
    await work(bus, "gone", claim=True)
    await work(bus)
    [letter] = await bus.letters()
    assert (letter.key, await bus.retry_letter(letter)) == (said(5).key, "again")
    await work(bus)
    held = await bus.contributions([said(number).key for number in range(1, 8)])
    assert sum(one.contribution is not None for one in held.values()) == 6
    assert held[said(4).key].contribution.terms == ("four", "again")
    await bus.publish([gone(number) for number in range(1, 8)])
    await work(bus)
    for text in ("one", "two", "three", "four", "five", "six", "seven"):
        assert not [name for name in await text_anywhere(bus, f"\\xa{len(text)}{text}") if b":t:" not in name]


async def test_turning_is_done_once_and_bears_a_second_worker(bus):
    await recorded(bus)
    other = RedisBus(bus._connection._address.starts[0], partitions=1, lag_limit=100_000, clock=SystemClock())
    await other.open()
    await bus.open()
    await other.close()
    assert (await bus.publish([said(1, "one"), said(1, "uno")])) == Accepted(duplicates=1, edited=1)
    assert await bus._connection.client.get("ew:{p0}:form") == b"2"


async def test_a_key_is_remembered_until_it_is_counted_and_eight_days_after(bus):
    client, days = bus._connection.client, 8 * keys.DAY
    await bus.publish([said(1), said(2)])
    assert await client.ttl(place(said(1))) == -1
    await work(bus)
    assert days - 60 < await client.ttl(place(said(1))) <= days
    assert (await bus.publish([said(1), said(1, "again"), gone(2)])) == Accepted(duplicates=1, edited=1, deleted=1)
    await work(bus)
    assert days - 60 < await client.ttl(place(said(1))) <= days
    assert days - 60 < await client.ttl(place(said(2))) <= days


async def test_versions_of_one_key_in_one_batch_follow_each_other(bus):
    batch = [
        said(1, "one", revision=1),
        said(1, "two", revision=2),
        said(1, "one", revision=1),
        said(2),
        gone(2),
        said(2),
    ]
    assert await bus.publish([*batch, said(1, "three", brands=(), revision=3)]) == Accepted(2, 2, 2, 1, 0)
    entries = await work(bus)
    assert [entry.version for entry in entries] == [1, 2, 1, 2, 3]
    assert await bus.known([said(1).key, said(2).key]) == {said(1).key: (), said(2).key: None}
    assert not [name for name in await text_anywhere(bus, "hello") if b":t:" not in name]


async def test_many_calls_of_one_batch_come_in_order(bus):
    many = [said(number) for number in range(501)]
    again = [said(number, "again") for number in range(501)]
    assert await bus.publish([*many, *again]) == Accepted(accepted=501, edited=501)
    assert await bus.publish([*again, *many[:1]]) == Accepted(duplicates=501, edited=1)
