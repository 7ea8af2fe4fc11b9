"""A real PDS is the peer: what its people post, edit and delete arrives."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.mention import AuthorRemoval, Deletion
from benchmarks.jetstream import Jetstream
from ingest.connector import Setting
from ingest.connectors.bluesky import BlueskyConnector, BlueskyOptions
from tests.intake import Told
from tests.peers.personal import running
from tests.peers.plc import FakePlc
from tests.peers.relay import relay

pytestmark = [pytest.mark.anyio, pytest.mark.long]

BEGINNING = "1000000005000001"
"""A cursor of 2001."""


def live(pds):
    """Let two people live; return what they posted, and the people."""
    anna, bert = pds.join("anna.test"), pds.join("bert.test")
    kept, edited, gone = (anna.post(f"Nordlicht {word} ⚡") for word in ("bleibt", "alt", "verschwindet"))
    reply = bert.post("Bei uns auch", reply={"root": kept, "parent": kept})
    quote = bert.post("Seht", embed={"$type": "app.bsky.embed.record", "record": kept})
    anna.edit(edited["uri"], "Nordlicht neu")
    anna.delete(gone["uri"])
    return kept["uri"], edited["uri"], gone["uri"], reply["uri"], quote["uri"], anna, bert


async def heard(url, cursor, enough):
    """Return what a connector hears from a cursor on, until it is enough."""
    setting = Setting("live", BlueskyOptions(url=url), SystemClock(), Path(), Told())
    batches = BlueskyConnector(setting).listen(cursor)
    events = []
    async with asyncio.timeout(30):
        while not enough(events):
            batch = await anext(batches)
            assert not batch.unreadable
            events += batch.events
            cursor = batch.cursor
    await batches.aclose()
    return events, cursor


@pytest.mark.parametrize("path", ["url", "url_v2"])
async def test_posts_edits_and_deletions_of_a_real_pds_arrive(tmp_path, free_port, path):
    call = asyncio.to_thread
    async with FakePlc() as plc, Jetstream() as jetstream:
        url = getattr(jetstream, path)
        with ExitStack() as stack:
            pds = await call(stack.enter_context, running(tmp_path, free_port, plc.url))
            relaying = asyncio.create_task(relay(pds.firehose, jetstream))
            kept, edited, gone, reply, quote, anna, bert = await call(live, pds)
            events, cursor = await heard(url, BEGINNING, lambda some: any(isinstance(one, Deletion) for one in some))
            newest = {event.id: event for event in events}
            assert newest[kept].text == "Nordlicht bleibt ⚡"
            assert (newest[kept].author.handle, newest[kept].language) == ("anna.test", "de")
            versions = [event for event in events if event.id == edited]
            assert [version.text for version in versions] == ["Nordlicht alt ⚡", "Nordlicht neu"]
            assert versions[0].revision < versions[1].revision
            assert versions[1].edited_at is not None
            assert isinstance(newest[gone], Deletion)
            assert (newest[reply].kind, newest[reply].in_reply_to) == ("reply", kept)
            assert (newest[quote].kind, newest[quote].quotes) == ("quote", kept)

            await call(pds.call, "com.atproto.admin.deleteAccount", {"did": bert.did})
            last = await call(anna.post, "Nordlicht danach")
            events, _ = await heard(url, cursor, lambda some: last["uri"] in {getattr(one, "id", "") for one in some})
            removed = [event for event in events if isinstance(event, AuthorRemoval)]
            assert [event.author_id for event in removed] == [bert.did]
            relaying.cancel()
