"""Dead letters on a real server: set aside, put back under their version, thrown away, wiped with their mention."""

import pytest

from app.bus import keys
from app.bus.redis import RedisBus
from app.domain.mention import Mention
from app.domain.tally import Contribution
from app.errors import BusUnavailable
from tests.contract.test_bus_path import text_anywhere
from tests.fixtures.bus import everywhere
from tests.traffic import counted, gone, said, work

pytestmark = pytest.mark.anyio


pytest_generate_tests = everywhere


@pytest.fixture
def bus(spread_bus: RedisBus) -> RedisBus:
    return spread_bus


async def buried(bus: RedisBus, *events) -> None:
    """Publish and bury."""
    await bus.publish(events)
    for entry in await bus.read("analysis", "a", 500, 1):
        await bus.bury(entry.partition, entry, "cannot be analysed")


async def test_a_letter_says_what_it_is_and_comes_back_under_its_version(bus):
    await buried(bus, said(1, "poison pill"))
    [letter] = await bus.letters()
    assert (letter.reason, letter.deliveries, letter.stream, letter.version) == ("cannot be analysed", 1, "mentions", 1)
    assert (letter.key, letter.event.text) == (said(1).key, "poison pill")
    assert await bus.waiting_letters() == 1
    assert await bus.retry_letter(letter) == "again"
    assert (await bus.letters(), await bus.waiting_letters()) == ([], 0)
    assert await bus.retry_letter(letter) == "gone"
    [entry] = await work(bus)
    assert (entry.version, entry.event.text, entry.deliveries) == (1, "poison pill", 1)
    assert await counted(bus) == 1
    await bus.publish([said(1, "better now")])
    await work(bus)
    assert await counted(bus) == 1
    await bus.publish([gone(1)])
    await work(bus)
    assert await text_anywhere(bus, "poison pill") == await text_anywhere(bus, "better now") == []


async def test_a_retried_mention_is_wiped_by_a_deletion_that_comes_before_it_is_analysed(bus):
    await buried(bus, said(1, "poison pill"))
    await bus.retry_letter((await bus.letters())[0])
    await bus.publish([gone(1)])
    await work(bus, ours=False)
    await work(bus, claim=True, ours=False)
    assert await text_anywhere(bus, "poison pill") == []


@pytest.mark.parametrize("settled", [True, False])
async def test_what_was_deleted_meanwhile_does_not_come_back(bus, settled):
    await buried(bus, said(1, "poison pill"))
    letters = await bus.letters()
    await bus.publish([gone(1)])
    if settled:
        await work(bus)
        assert await bus.letters() == []
    assert await bus.retry_letter(letters[0]) == ("gone" if settled else "deleted")
    await work(bus)
    assert await text_anywhere(bus, "poison pill") == []
    assert (await bus.publish([said(1, "poison pill")])).duplicates == 1


async def test_every_letter_of_a_mention_goes_with_it(bus):
    await buried(bus, said(1, "poison pill one"), said(1, "poison pill two"))
    assert [letter.version for letter in await bus.letters()] == [1, 2]
    await bus.publish([gone(1)])
    await work(bus)
    assert await bus.letters() == []
    assert await text_anywhere(bus, "poison pill") == []


async def test_what_was_overtaken_is_not_counted_again(bus):
    await buried(bus, said(1, "poison pill"))
    await bus.publish([said(1, "better now")])
    await work(bus)
    assert await counted(bus) == 1
    assert await bus.retry_letter((await bus.letters())[0]) == "overtaken"
    assert (await work(bus), await counted(bus)) == ([], 1)


async def test_versions_put_back_in_any_order_count_once_and_the_last_one_wins(bus):
    await buried(bus, said(1, "one"), said(1, "two"))
    first, second = await bus.letters()
    assert await bus.retry_letter(second) == "again"
    assert await bus.retry_letter(first) == "again"
    [two, one] = await bus.read("analysis", "a", 10, 1)
    assert (two.version, one.version) == (2, 1)


async def test_a_deletion_can_be_put_back_too(bus):
    await bus.publish([said(1, "poison pill")])
    await work(bus)
    await buried(bus, gone(1))
    [letter] = await bus.letters()
    assert await bus.retry_letter(letter) == "again"
    await work(bus)
    assert await text_anywhere(bus, "poison pill") == []


def place(bus: RedisBus, mention: Mention) -> str:
    return keys.remembered(keys.of_key(mention.key, bus._connection.partitions), mention.key)


async def test_a_letter_that_outlived_the_memory_keeps_its_place_among_the_versions(bus):
    await bus.publish([said(1, "one")])
    await work(bus)
    await buried(bus, said(1, "two"))
    client = bus._connection.client
    assert await client.ttl(place(bus, said(1))) == -1
    await client.delete(place(bus, said(1)))
    await bus.remember(said(1).key, 1, 0, Contribution(("acme",), 0.0, "neutral", "forum", "post", 0, "", ()))
    assert await bus.retry_letter((await bus.letters())[0]) == "again"
    await bus.publish([said(1, "three")])
    entries = await bus.read("analysis", "a", 10, 1)
    assert [entry.version for entry in entries] == [2, 3]


async def test_a_letter_nobody_remembers_is_remembered_by_its_return(bus):
    await buried(bus, said(1, "one", revision=5))
    await bus._connection.client.delete(place(bus, said(1)))
    assert await bus.retry_letter((await bus.letters())[0]) == "again"
    assert await bus.known([said(1).key]) == {said(1).key: ("acme",)}
    await work(bus)
    assert await counted(bus) == 1
    assert (await bus.publish([said(1, "zero", revision=4), said(1, "two", revision=6)])).edited == 1


async def test_a_dropped_letter_is_gone_for_good(bus):
    await buried(bus, said(1, "poison pill one"), said(1, "poison pill two"), said(2, "poison pill"))
    for letter in await bus.letters():
        assert await bus.drop_letter(letter)
        assert not await bus.drop_letter(letter)
    assert await text_anywhere(bus, "poison pill") == []
    assert await bus._connection.client.ttl(place(bus, said(1))) > 0
    assert (await bus.publish([said(2, "poison pill")])).duplicates == 1


async def test_none_is_thrown_away_when_too_many_wait(bus, monkeypatch):
    monkeypatch.setattr(keys, "DEAD_KEPT", 2)
    same = [n for n in range(100) if keys.of_key(said(n).key, bus._connection.partitions) == 0][:3]
    await bus.publish([said(n, "poison pill") for n in same])
    entries = await bus.read("analysis", "a", 500, 1)
    for entry in entries[:2]:
        await bus.bury(entry.partition, entry, "cannot be analysed")
    with pytest.raises(BusUnavailable, match="emberwatch deadletter list"):
        await bus.bury(entries[2].partition, entries[2], "cannot be analysed")
    assert (await bus.lag())["analysis"] == 1
    assert await bus.drop_letter((await bus.letters())[0])
    await bus.bury(entries[2].partition, entries[2], "cannot be analysed")
    assert await bus.waiting_letters() == 2


async def test_what_no_release_can_read_is_listed_and_goes_back_where_it_came_from(bus):
    client = bus._connection.client
    await client.xadd("ew:{p0}:mentions", {"v": 1, "k": "", "e": b"\x07what"})
    await client.xadd("ew:{p0}:analysed", {"v": 1, "t": "1.0", "p": b"\x01\xc1", "b": b""})
    await bus.read("analysis", "a", 10, 1)
    await bus.read_analysed("archive", "a", 10, 1)
    letters = await bus.letters()
    assert [(letter.stream, letter.event, letter.key) for letter in letters] == [
        ("mentions", None, ""),
        ("analysed", None, ""),
    ]
    for letter in letters:
        assert await bus.retry_letter(letter) == "again"
    assert (await client.xlen("ew:{p0}:mentions"), await client.xlen("ew:{p0}:analysed")) == (1, 1)
    assert not isinstance(letters[0].event, Mention)


async def test_attempts_are_counted_by_entry(bus):
    await bus.publish([said(1), said(2)])
    one, two = await bus.read("analysis", "a", 10, 1)
    assert [await bus.attempt(one), await bus.attempt(one), await bus.attempt(two)] == [1, 2, 1]
