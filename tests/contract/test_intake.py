"""The intake on real Redis, real SQLite and a real websocket: nothing lost, nothing doubled."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest

from app.bus.port import Accepted
from app.clock import SystemClock
from app.config import Config, Source
from app.config.model import RetentionSection
from app.domain.brand import Brand, Topic
from app.domain.mention import Author, Deletion, Heartbeat, Mention
from app.service import Context
from app.store.retention import FIRST
from benchmarks.jetstream import Jetstream
from ingest.connectors.bluesky import BlueskyOptions
from ingest.connectors.push import PushOptions
from ingest.publish import Intake
from ingest.service import IngestService
from tests.fixtures.store import said
from tests.intake import MemoryBus, until
from tests.peers.appview import FakeAppView

pytestmark = pytest.mark.anyio

BRANDS = (Brand("nordlicht", "Nordlicht", '"Nordlicht Strom" OR nordlicht'),)
OLD = 20 * 86_400


def post(number, text="Nordlicht", *, age=5.0, **more):
    return Mention("x", str(number), SystemClock().now() - age, text, Author("anna"), **more)


@pytest.fixture(params=["redis", "memory"])
def either(request):
    return MemoryBus() if request.param == "memory" else request.getfixturevalue("bus")


async def test_both_buses_count_alike(either, store, identity):
    now = SystemClock().now()
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, "gone", channel="x", at=now - OLD), 1)])
        tx.mentions.wipe([(Deletion("x", "gone", now - OLD), 2, None)])
    intake = Intake(Config(brands=BRANDS), either, store, identity, SystemClock())
    first = [post(1), post(2, "nichts"), post(3, "Genau", in_reply_to="1"), post(1), Deletion("x", "7", now)]
    assert await intake.take(first, "push") == Accepted(accepted=2, duplicates=1, unmatched=2)
    later = [post(1, "verschrieben", revision=5), post(1, "Nordlicht", revision=6), Deletion("x", "3", now)]
    assert await intake.take(later, "push") == Accepted(edited=2, deleted=1)
    again = [post(3, "Genau", in_reply_to="1"), Deletion("x", "3", now)]
    assert await intake.take(again, "push") == Accepted(duplicates=2)


async def test_an_answer_counts_for_the_brand_of_what_it_answers_and_for_topics_of_its_own(store, identity):
    bus = MemoryBus()
    topics = (Topic("preis", "Preis", "preis"), Topic("netz", "Netz", "netz"))
    intake = Intake(Config(brands=BRANDS, topics=topics), bus, store, identity, SystemClock())
    await intake.take([post(1, "Nordlicht: der Preis"), post(2, "Das Netz!", in_reply_to="1")], "push")
    known = await bus.known([identity.key("x", str(number)) for number in (1, 2)])
    assert [known[identity.key("x", str(number))] for number in (1, 2)] == [
        ("nordlicht", "nordlicht/preis"),
        ("nordlicht", "nordlicht/netz"),
    ]


async def test_a_tombstone_in_the_archive_cannot_be_resurrected(bus, store, identity):
    now = SystemClock().now()
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, "gone", channel="x", at=now - OLD), 1)])
        tx.mentions.upsert([(said(identity, "kept", channel="x", at=now - OLD), 1)])
        tx.mentions.wipe([(Deletion("x", "gone", now - OLD), 2, None)])
    intake = Intake(Config(brands=BRANDS), bus, store, identity, SystemClock())
    assert await intake.take([post("gone", age=OLD), post("kept", age=OLD)], "push") == Accepted(duplicates=2)
    assert await intake.take([Deletion("x", "kept", now)], "push") == Accepted(deleted=1)


async def test_what_retention_let_go_is_not_counted_again(bus, store, identity):
    """A source rewinds to a time whose mentions are kept no longer; what is still kept there is known as ever."""
    clock = SystemClock()
    intake = Intake(Config(brands=BRANDS), bus, store, identity, clock)
    assert await intake.take([post("before", age=OLD)], "push") == Accepted(accepted=1), "nothing was let go yet"
    rows = [said(identity, name, channel="x", at=clock.now() - OLD) for name in ("gone", "kept")]
    keep = RetentionSection(mentions="10d")
    with store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
        expired, _ = tx.retention.expired(keep, clock.now(), FIRST)
        tx.retention.forget([row for row in expired if row.key == rows[0].mention.key], keep, clock.now())
    again = [post("gone", age=OLD), post("kept", age=OLD), post("never", age=OLD), post("young", age=OLD / 3)]
    assert await intake.take(again, "push") == Accepted(accepted=1, duplicates=1, unmatched=2)
    elsewhere = Mention("y", "1", clock.now() - OLD, "Nordlicht", Author("anna"))
    assert await intake.take([elsewhere], "push") == Accepted(accepted=1)


@asynccontextmanager
async def ingesting(bus, store, identity, tmp_path, url, **options):
    sources = (
        Source(id="live", connector="bluesky", options=BlueskyOptions(url=url, **options)),
        Source(id="push", connector="push", options=PushOptions()),
    )
    context = Context(Config(brands=BRANDS, sources=sources), tmp_path, SystemClock(), bus, store, identity)
    task = asyncio.create_task(IngestService(context).run())
    try:
        async with asyncio.timeout(10):
            await context.ready.wait()
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("path", ["url", "url_v2"])
async def test_every_post_arrives_once_though_everything_breaks(bus, store, identity, tmp_path, path):
    heard = []

    async def drain():
        while True:
            entries = await bus.read("analysis", "test", block_ms=50)
            heard.extend(entry.event.id for entry in entries if not isinstance(entry.event, Heartbeat))

    async with Jetstream() as server:
        reading = asyncio.create_task(drain())
        url = getattr(server, path)
        async with ingesting(bus, store, identity, tmp_path, url):
            await until(server.connected.is_set)
            playing = asyncio.create_task(server.play(400, 800, "Nordlicht Strom"))
            await until(lambda: len(heard) > 100)
            await server.kick()
            await until(lambda: len(heard) > 200)
            await server.stop()
            await asyncio.sleep(0.2)
            await server.start()
            await until(lambda: len(heard) > 400)
        async with ingesting(bus, store, identity, tmp_path, url):
            await playing
            await until(lambda: len(heard) >= 800)
            states = {state.id: state for state in await bus.sources()}
        reading.cancel()
    assert len(heard) == len(set(heard)) == 800
    assert states["live"].connector == "bluesky"


async def test_a_matched_author_is_looked_up_and_nobody_else(bus, store, identity, tmp_path):
    async with Jetstream() as server, FakeAppView() as appview:
        appview.know("did:plc:anna", "anna.example", 1_843, "Anna")
        async with ingesting(bus, store, identity, tmp_path, server.url, appview=appview.url):
            await until(server.connected.is_set)
            await server.post("nichts", did="did:plc:bert")
            await server.post("Nordlicht", did="did:plc:anna")
            authors = []
            async with asyncio.timeout(10):
                while not authors:
                    entries = await bus.read("analysis", "test", block_ms=50)
                    authors += [entry.event.author for entry in entries if isinstance(entry.event, Mention)]
            appview.status = 502
            await server.post("Nordlicht", did="did:plc:carl")
            async with asyncio.timeout(10):
                while (state := (await bus.sources())[0]).cause != "server":  # noqa: ASYNC110 - told over Redis
                    await asyncio.sleep(0.05)
    assert (authors[0].handle, authors[0].name, authors[0].followers) == ("anna.example", "Anna", 1_843)
    assert appview.asked == [["did:plc:anna"], ["did:plc:carl"]]
    assert (state.status, state.reason.split(":")[0]) == (
        "live",
        "Mentions come, but who their authors are cannot be asked",
    )
