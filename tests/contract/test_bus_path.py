"""The bus against a real server: what is accepted, settled, wiped, trimmed."""

import pytest

from app.bus.port import Accepted, Entry, Settled
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.domain.analysis import AnalysedMention, Analysis, Sentiment
from app.domain.identity import Identity
from app.domain.mention import Author, Deletion, Heartbeat, Mention
from app.domain.tally import TallyDelta, add, contribution, profile

pytestmark = pytest.mark.anyio
IDENTITY = Identity(b"test")
NOW = float(int(SystemClock().now()))


def said(number: int, text: str = "hello", *, revision: int = 0, brands: tuple[str, ...] = ("acme",)) -> Mention:
    author = Author(f"u{number}", name=f"User {number}", followers=number)
    key = IDENTITY.key("forum", str(number))
    return Mention("forum", str(number), NOW, text, author, key=key, brands=brands, revision=revision)


async def work(bus: RedisBus, *, consumer: str = "a", limit: int = 500) -> list[Entry]:
    """Read what is there and settle it, one version of a key after the other."""
    entries = await bus.read("analysis", consumer, limit, 1)
    for entry in entries:
        assert await settle(bus, entry, consumer=consumer) == []
    return entries


async def settle(bus: RedisBus, entry: Entry, *, consumer: str = "a") -> list[str]:
    event = entry.event
    assert event is not None
    key = "" if isinstance(event, Heartbeat) else event.key
    held = (await bus.contributions([key])).get(key) if key else None
    before = held.contribution if held else None
    expected = held.version if held else 0
    tally: TallyDelta = {}
    if isinstance(event, Mention):
        payload = AnalysedMention(event, Analysis("en", Sentiment("neutral", 0, 1, 0), terms=("hello",)))
        part = contribution(payload, IDENTITY.author("forum", event.author.id))
        if before:
            add(tally, before, -1)
        add(tally, part)
        item = Settled(entry.id, key, entry.version, expected, payload, part, before)
        profiles = {part.author: profile(event.author, "forum")}
    else:
        item, profiles = Settled(entry.id, key, entry.version, expected, event, before, before), {}
    return await bus.settle(entry.partition, consumer, [item], tally, profiles, NOW)


async def test_a_batch_is_accepted_once_and_counts_sum_to_its_length(bus: RedisBus) -> None:
    batch = [said(1), said(2), said(3, brands=()), said(1), Deletion("forum", "9", NOW, key="z" * 24)]
    assert await bus.publish(batch) == Accepted(accepted=2, duplicates=1, unmatched=2)
    assert await bus.publish([said(1), said(2)]) == Accepted(duplicates=2)


async def test_an_edit_by_revision_replaces_and_an_older_one_does_nothing(bus: RedisBus) -> None:
    await bus.publish([said(1, "one", revision=10)])
    assert await bus.publish([said(1, "two", revision=20)]) == Accepted(edited=1)
    assert await bus.publish([said(1, "one", revision=10)]) == Accepted(duplicates=1)
    assert await bus.publish([said(1, "two", revision=30)]) == Accepted(duplicates=1)


async def test_an_edit_without_revisions_is_told_by_its_text(bus: RedisBus) -> None:
    await bus.publish([said(1, "one")])
    assert await bus.publish([said(1, "two")]) == Accepted(edited=1)


async def test_a_deletion_leaves_a_tombstone_that_a_rewind_cannot_resurrect(bus: RedisBus) -> None:
    await bus.publish([said(1)])
    gone = Deletion("forum", "1", NOW, key=said(1).key)
    assert await bus.publish([gone]) == Accepted(deleted=1)
    assert await bus.publish([said(1, "again", revision=99), gone]) == Accepted(duplicates=2)
    assert await bus.known([said(1).key]) == {}


async def test_settled_mentions_are_counted_shown_and_handed_on(bus: RedisBus) -> None:
    await bus.publish([said(1), said(2)])
    await bus.beat(NOW + 1)
    await work(bus)
    state = await bus.snapshot(["acme"], NOW - 60)
    assert state.watermark == NOW + 1
    assert sum(state.tally[f"acme:s:{int(NOW) // 60 * 60}"].values()) == 2
    assert {card.mention.id for card in state.newest["acme"]} == {"1", "2"}
    assert {p.name for p in state.profiles.values()} == {"User 1", "User 2"}
    handed = await bus.read_analysed("archive", "a", block_ms=1)
    assert sum(1 for entry in handed if entry.payload) == 3
    assert sum(1 for entry in handed if entry.delta) == 2
