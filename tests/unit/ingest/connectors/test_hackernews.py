import asyncio
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.domain.mention import Deletion, Mention
from app.errors import SourceUnavailable
from ingest.connector import Setting
from ingest.connectors import hackernews
from ingest.connectors.hackernews import HackerNewsConnector, HackerNewsOptions
from ingest.connectors.push import PushOptions
from tests.intake import StillClock, Told, until
from tests.peers.hackernews import FakeHackerNews

pytestmark = pytest.mark.anyio

NOW = 1_795_000_000.0


def connector(news, told=None, *, clock=None, **options):
    options = HackerNewsOptions(url=news.url, **options)
    return HackerNewsConnector(Setting("hn", options, clock or StillClock(NOW), Path(), told or Told()))


async def rounds(batches, enough):
    """Take batches until it is enough; return the events and the last cursor."""
    events, cursor = [], None
    async with asyncio.timeout(10):
        while not enough(events):
            batch = await anext(batches)
            events += batch.events
            cursor = batch.cursor
    return events, cursor


def count(number):
    return lambda events: len(events) >= number


@pytest.fixture
async def news():
    async with FakeHackerNews() as running:
        yield running


async def test_it_begins_with_the_newest_and_goes_on_by_number_a_few_at_once(news):
    for number in range(100):
        news.say(f"alt {number}")
    batches = connector(news, at_once=4).listen(None)
    events, _ = await rounds(batches, count(64))
    assert [event.text for event in events] == [f"alt {number}" for number in range(36, 100)]
    for number in range(200):
        news.say(f"neu {number}")
    events, cursor = await rounds(batches, count(200))
    await batches.aclose()
    assert [event.text for event in events] == [f"neu {number}" for number in range(200)]
    assert json.loads(cursor) == {"next": 301, "waiting": {}}
    assert news.at_once <= 4


async def test_changes_and_deletions_come_from_the_list_of_updates(news):
    one, two, three = news.say("eins"), news.say("zwei"), news.say("drei")
    batches = connector(news).listen(None)
    await rounds(batches, count(3))
    news.change(one, text="eins, verbessert")
    news.delete(two)
    news.change(three, dead=True)
    events, _ = await rounds(batches, count(3))
    await batches.aclose()
    assert (events[0].id, events[0].text) == (str(one), "eins, verbessert")
    assert [event.id for event in events if isinstance(event, Mention)] == [str(one)]
    assert [event.id for event in events if isinstance(event, Deletion)] == [str(two), str(three)]


async def test_a_change_of_an_old_item_does_not_make_the_source_look_late(news):
    old = news.say("alt", at=NOW - 9_000)
    news.say("neu", at=NOW)
    batches = connector(news).listen(None)
    assert (await anext(batches)).last_item_at == NOW
    news.change(old, score=5)
    assert (await anext(batches)).last_item_at == NOW
    await batches.aclose()


async def test_what_is_gone_before_it_was_heard_is_no_event(news):
    news.delete(news.say("weg"))
    news.changed.clear()
    news.say("da")
    batches = connector(news).listen(None)
    batch = await anext(batches)
    await batches.aclose()
    assert [type(event) for event in batch.events] == [Mention]
    assert (batch.received, batch.unreadable) == (2, 0)


async def test_a_number_without_its_item_is_waited_for_and_given_up_in_the_end(news):
    late, never = news.say("spät"), news.say("nie")
    news.say("gleich")
    news.hidden = {late, never}
    clock = StillClock(NOW)
    batches = connector(news, clock=clock).listen(None)
    events, cursor = await rounds(batches, count(1))
    assert [event.text for event in events] == ["gleich"]
    assert json.loads(cursor)["waiting"] == {str(late): NOW, str(never): NOW}
    news.hidden = {never}
    events, cursor = await rounds(batches, count(1))
    assert [event.text for event in events] == ["spät"]
    assert list(json.loads(cursor)["waiting"]) == [str(never)]
    await batches.aclose()

    clock.at += hackernews.GIVE_UP
    batches = connector(news, clock=clock).listen(cursor)
    batch = await anext(batches)
    await batches.aclose()
    assert json.loads(batch.cursor)["waiting"] == {}


async def test_after_a_break_it_goes_on_where_it_was_and_looks_back_for_changes(news):
    for number in range(80):
        news.say(f"früher {number}")
    one, two = news.say("eins"), news.say("zwei")
    batches = connector(news).listen(None)
    _, cursor = await rounds(batches, count(64))
    await batches.aclose()
    news.change(one, text="eins, verbessert")
    news.delete(two)
    news.changed.clear()
    for number in range(70):
        news.say(f"dazwischen {number}")
    batches = connector(news).listen(cursor)
    events, _ = await rounds(batches, lambda events: any(isinstance(event, Deletion) for event in events))
    await batches.aclose()
    assert [event.text for event in events[:70]] == [f"dazwischen {number}" for number in range(70)]
    assert (events[-2].text, events[-1].id) == ("eins, verbessert", str(two))


async def test_a_server_that_fails_loses_nothing(news):
    told, clock = Told(), StillClock(NOW)
    news.say("eins")
    batches = connector(news, told, clock=clock).listen(None)
    await rounds(batches, count(1))
    news.status = 503
    hearing = asyncio.ensure_future(rounds(batches, count(1)))
    await until(lambda: told.said[-1][0] == "unreachable")
    assert told.causes[-1] == "server"
    news.say("zwei")
    news.status = 200
    events, _ = await hearing
    await batches.aclose()
    assert "zwei" in [event.text for event in events]
    assert told.said[-1] == ("live", "")


async def test_more_than_can_be_caught_up_is_a_gap(news, monkeypatch):
    monkeypatch.setattr(hackernews, "MOST_BEHIND", 10)
    for number in range(30):
        news.say(f"{number}", at=NOW + number)
    batches = connector(news).listen('{"next":1,"waiting":{}}')
    first = await anext(batches)
    assert (first.gap.since, first.gap.until) == (NOW, NOW + 19)
    assert "missed" in first.gap.reason
    events, _ = await rounds(batches, count(11))
    assert events[0].text == "19"
    await batches.aclose()


async def test_unreadable_items_are_counted_and_items_that_are_kept_from_us_waited_for(news):
    news.say("gut")
    bad = news.say("schlecht", time="gestern")
    batches = connector(news).listen(None)
    batch = await anext(batches)
    await batches.aclose()
    assert (len(batch.events), batch.unreadable, batch.fault) == (1, 1, "an item that breaks the contract")
    assert str(bad) not in json.loads(batch.cursor)["waiting"]


async def test_fates(news):
    there, gone, killed = news.say("da"), news.say("weg"), news.say("tot")
    news.delete(gone)
    news.change(killed, dead=True)
    fates = await connector(news).fates([str(there), str(gone), str(killed), "99", "x"])
    assert (fates.there, fates.gone) == ({str(there)}, {str(gone), str(killed)})


async def test_a_probe_names_the_newest(news):
    news.say("eins")
    assert await connector(news).probe() == f"127.0.0.1:{news.port} answers; its newest item is 1."


@pytest.mark.parametrize("path", ["maxitem", "updates"])
async def test_answers_that_say_nothing_are_told(news, path, monkeypatch):
    one = connector(news)
    monkeypatch.setattr(hackernews, "number" if path == "maxitem" else "updates", lambda body: None)
    async with one._web() as web:
        with pytest.raises(SourceUnavailable, match="does not say which item"):
            await (one._newest(web) if path == "maxitem" else one._updates(web))


def test_wrong_options_are_refused():
    with pytest.raises(ValidationError, match="address of the items"):
        HackerNewsOptions(url="news.ycombinator.com")
    with pytest.raises(TypeError, match="HackerNewsOptions"):
        HackerNewsConnector(Setting("hn", PushOptions(), StillClock(0), Path(), Told()))
