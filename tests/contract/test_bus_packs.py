"""Packs of new mentions part where one of them has to go; poison and what cannot be read is set aside."""

import pytest

from app.domain.analysis import AnalysedMention
from app.domain.mention import Deletion
from tests.fixtures.bus import text_anywhere
from tests.traffic import gone, said, work

pytestmark = pytest.mark.anyio


async def test_new_mentions_share_entries_and_are_acknowledged_together(bus):
    await bus.publish([said(n) for n in range(20)])
    await work(bus)
    handed = [entry for entry in await bus.read_analysed("archive", "a", 500, 1) if entry.payload]
    assert sorted(entry.payload.mention.id for entry in handed) == sorted(map(str, range(20)))
    assert len({entry.id for entry in handed}) == 3


@pytest.mark.parametrize("read", [False, True], ids=["not yet read", "read, not acknowledged"])
async def test_a_deletion_takes_its_mention_out_of_the_pack_and_leaves_the_others(bus, read):
    await bus.publish([said(n, f"word{n}") for n in range(20)])
    await work(bus)
    if read:
        await bus.read_analysed("archive", "gone", 500, 1)
    await bus.publish([gone(3)])
    await bus.publish([said(4, "other4")])
    await work(bus)
    for word in ("word3", "word4"):
        assert not [key for key in await text_anywhere(bus, word) if b"mentions" in key or b"analysed" in key]
    await bus.publish([gone(5)])
    await work(bus)
    assert not [key for key in await text_anywhere(bus, "word5") if b"analysed" in key]
    bus._recovered.clear()
    handed = []
    while found := await bus.read_analysed("archive", "gone", 500, 1):
        handed += found
        await bus.acknowledge("archive", found)
    texts = {e.payload.mention.text for e in handed if isinstance(e.payload, AnalysedMention)}
    assert texts == {f"word{n}" for n in range(20) if n not in {3, 4, 5}} | {"other4"}
    assert {e.payload.id for e in handed if isinstance(e.payload, Deletion)} == {"3", "5"}


async def test_an_unreadable_mention_leaves_its_pack_alone(bus):
    await bus.publish([said(1), said(2)])
    await work(bus)
    client = bus._connection.client
    [first, *_] = await bus.read_analysed("archive", "a", 500, 1)
    partition, stream = first.partition, f"ew:{{p{first.partition}}}:analysed"
    [(_, fields)] = await client.xrange(stream, first.id, first.id)
    packed = {name: blob for name, blob in fields.items() if name != b"t"}
    await client.xadd(stream, {b"t": b"1.0", b"x" * 24: b"\x01\xc1", **packed})
    assert [entry for entry in await bus.read_analysed("archive", "a", 500, 1) if entry.payload] == []
    again = [entry.payload for entry in await bus.read_analysed("archive", "a", 500, 1)]
    assert [one.mention.key for one in again] == [name.decode() for name in packed]
    [(_, letter)] = await client.xrange(f"ew:{{p{partition}}}:dead")
    assert letter[b"p"] == b"\x01\xc1"


async def test_poison_is_buried_and_can_be_seen_and_a_deletion_wipes_it(bus):
    await bus.publish([said(1, "poison")])
    [entry] = await bus.read("analysis", "a", 10, 1)
    await bus.bury(entry.partition, entry, "cannot be analysed")
    await bus.bury(entry.partition, entry, "cannot be analysed")
    client = bus._connection.client
    [(_, letter)] = await client.xrange(f"ew:{{p{entry.partition}}}:dead")
    assert letter[b"reason"] == b"cannot be analysed"
    assert (await bus.lag())["analysis"] == 0
    await bus.publish([gone(1)])
    await work(bus)
    assert await text_anywhere(bus, "poison") == []


async def test_unreadable_entries_are_set_aside_and_the_rest_goes_on(bus):
    client = bus._connection.client
    await client.xadd("ew:{p0}:mentions", {"v": 1, "k": "x", "e": b"\x07what"})
    await client.xadd("ew:{p0}:analysed", {"v": 1, "t": "1.0", "p": b"\x01\xc1", "b": b""})
    await bus.publish([said(1)])
    assert [entry.event.id for entry in await work(bus)] == ["1"]
    assert len([e for e in await bus.read_analysed("archive", "a", 500, 1) if e.payload]) == 1
    assert len(await client.xrange("ew:{p0}:dead")) == 2


async def test_what_the_archive_cannot_keep_leaves_its_pack_waits_as_a_letter_and_comes_back(bus):
    await bus.publish([said(1, "unkeepable"), said(2)])
    await work(bus)
    [first, *_] = [one for one in await bus.read_analysed("archive", "a", 500, 1) if one.payload]
    await bus.set_aside("archive", first, "cannot be kept")
    assert await bus.letters() == [], "its pack is undone first"
    single = {one.payload.mention.id: one for one in await bus.read_analysed("archive", "a", 500, 1) if one.payload}
    assert set(single) == {"1", "2"}
    await bus.set_aside("archive", single["1"], "cannot be kept")
    await bus.acknowledge("archive", [single["2"]])
    [letter] = await bus.letters()
    assert (letter.key, letter.reason) == (said(1).key, "cannot be kept")
    assert await bus.retry_letter(letter) == "again"
    [back] = [one for one in await bus.read_analysed("archive", "a", 500, 1) if one.payload]
    assert back.payload.mention.text == "unkeepable"
    await bus.set_aside("archive", back, "still cannot be kept")
    await bus.publish([gone(1)])
    await work(bus)
    assert await bus.letters() == []
    assert not [key for key in await text_anywhere(bus, "unkeepable") if b"dead" in key or b"analysed" in key]
