"""The archive on a real Redis and a real SQLite file or PostgreSQL: killed anywhere, it keeps every mention once."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from app.bus.port import Settled
from app.config import Config
from app.domain.brand import Brand
from app.domain.mention import Deletion
from app.domain.tally import add, contribution
from app.service import Context
from app.store.search import MentionFilter
from ingest.archive import ArchiveService
from tests.fixtures.archive import Killed
from tests.fixtures.store import NOON, gone, losses, said

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(any_store):
    return any_store


@pytest.fixture
def context(tmp_path, clock, store, identity, bus):
    config = Config(brands=(Brand("nordlicht", "Nordlicht Strom", "nordlicht"),))
    return Context(config, tmp_path, clock, bus, store, identity)


async def analyse(bus, identity):
    """Settle what was published, as the analysis service does."""
    while entries := await bus.read("analysis", "analyst", block_ms=1):
        for one in entries:
            known = (await bus.contributions([one.event.key])).get(one.event.key)
            before, delta = known and known.contribution, {}
            payload, after = one.event, None
            if before:
                add(delta, before, -1)
            if isinstance(payload, Deletion):
                add(delta, before)
            else:
                payload = msgspec.structs.replace(said(identity), mention=one.event)
                after = contribution(payload, identity.author("bluesky", one.event.author.id))
                add(delta, after)
            item = Settled(one.id, one.event.key, one.version, known.version if known else 0, payload, after, before)
            assert await bus.settle(one.partition, "analyst", [item], delta, {}, NOON) == []


async def test_several_share_the_work_and_take_over_what_one_leaves_behind(context, bus, identity, monkeypatch):
    monkeypatch.setattr("app.bus.streams.IDLE_MS", 0)
    mentions = [said(identity, str(n)).mention for n in range(30)]
    for start in range(0, 30, 10):
        await bus.publish(mentions[start : start + 10])
        await analyse(bus, identity)
    left = await bus.read_analysed("archive", "of-a-machine-that-is-gone", count=7)
    assert len(left) == 7
    services = [ArchiveService(replace(context, options={"consumer": name})) for name in ("one", "two")]
    while await behind(bus):
        await asyncio.gather(*(service.step() for service in services))
    assert losses(context.store, [(mention.key, "nordlicht") for mention in mentions]) == []


async def behind(bus):
    return (await bus.lag())["archive"]


def everything(store):
    with store.reading() as tx:
        return [row.mention for row in tx.mentions.find(MentionFilter(brand="nordlicht")).items]


async def test_mentions_edits_and_deletions_reach_the_archive(context, bus, identity):
    first, second = said(identity, "1").mention, said(identity, "2", at=NOON - 1).mention
    edited = msgspec.structs.replace(second, text="Strom ist wieder da", revision=5)
    archive = ArchiveService(context)
    for batch in ([first, second], [edited], [gone(said(identity, "1"))]):
        await bus.publish(batch)
        await analyse(bus, identity)
        await archive.step()
    assert everything(context.store) == [edited]
    assert losses(context.store, [(first.key, "nordlicht"), (second.key, "nordlicht")]) == []
    assert await behind(bus) == 0


async def test_a_deletion_that_overtook_the_archive_is_counted_and_never_shown(context, bus, identity):
    mention = said(identity, "1").mention
    await bus.publish([mention])
    await analyse(bus, identity)
    await bus.publish([gone(said(identity, "1"))])
    await analyse(bus, identity)
    await ArchiveService(context).step()
    assert everything(context.store) == []
    assert losses(context.store, [(mention.key, "nordlicht")]) == []


@pytest.mark.parametrize("committed", [True, False])
async def test_killed_around_the_commit_it_loses_and_doubles_nothing(context, bus, identity, committed):
    class Dying(ArchiveService):
        async def _settle(self, entries):
            if committed:
                self._write(entries)
            raise Killed

    mentions = [said(identity, str(n)).mention for n in range(50)]
    await bus.publish(mentions)
    await analyse(bus, identity)
    with pytest.raises(Killed):
        await Dying(context).step()
    await bus.trim()
    assert await behind(bus) == 100

    bus._recovered.clear()  # a new process
    again = ArchiveService(context)
    while await behind(bus):
        await again.step()
    assert losses(context.store, [(mention.key, "nordlicht") for mention in mentions]) == []
