import asyncio
import json
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.clock import SystemClock
from app.domain.mention import Deletion, Mention
from app.errors import CredentialMissing, SourceUnavailable
from ingest import streams
from ingest.connector import Setting
from ingest.connectors import mastodon
from ingest.connectors.mastodon import MastodonConnector, MastodonOptions
from ingest.connectors.push import PushOptions
from tests.intake import StillClock, Told, gather, until
from tests.peers.mastodon import TOKEN, FakeMastodon, two_instances

pytestmark = pytest.mark.anyio

NOW = 1_795_000_000.0


class Swift(StillClock):
    """A clock whose waiting lets the others run for a moment."""

    async def sleep(self, seconds):
        await super().sleep(seconds)
        await asyncio.sleep(0.001)


def connector(instance, told=None, *, clock=None, **options):
    setting = Setting("fedi", MastodonOptions(url=instance.url, **options), clock or Swift(NOW), Path(), told or Told())
    return MastodonConnector(setting)


def streaming(instance, told=None, *, token=TOKEN, **options):
    return connector(instance, told, token=SecretStr(token), **options)


@pytest.fixture
async def instance():
    async with FakeMastodon() as running:
        yield running


async def test_without_a_token_pages_are_asked_for_and_resumed_by_id(instance):
    told = Told()
    for number in range(50):
        await instance.post(f"vorher {number}", at=NOW + 2 * number)
    batches = connector(instance, told).listen(None)
    events, cursor = await gather(batches, 40)
    assert [event.text for event in events] == [f"vorher {number}" for number in range(10, 50)]
    for number in range(100):
        await instance.post(f"dann {number}", at=NOW + 160 + number)
    events, cursor = await gather(batches, 100)
    assert [event.text for event in events] == [f"dann {number}" for number in range(100)]
    await batches.aclose()
    assert set(told.said) == {("live", "")}

    last = await instance.post("am Ende", at=NOW + 3_600)
    batches = connector(instance).listen(cursor)
    events, cursor = await gather(batches, 60)
    assert events[-1].id == last["uri"]
    assert json.loads(cursor) == {"public": last["id"]}
    await batches.aclose()


async def test_what_came_late_from_another_server_is_heard(instance):
    await instance.post("jetzt", at=NOW + 30)
    batches = connector(instance).listen(None)
    await gather(batches, 1)
    await instance.post("verspätet", at=NOW, acct="bert@other.example")
    events, _ = await gather(batches, 1)
    assert [event.text for event in events] == ["verspätet"]
    assert events[0].author.handle == "bert@other.example"
    await batches.aclose()


async def test_an_empty_timeline_and_a_tag_nobody_used_are_waited_for(instance):
    batches = connector(instance, timelines=("#strom", "local")).listen(None)
    for _ in range(3):
        batch = await anext(batches)
    assert json.loads(batch.cursor) == {"#strom": "0", "local": "0"}
    for number in range(45):
        await instance.post(f"#strom {number}", at=NOW + number)
    events, _ = await gather(batches, 45)
    assert len({event.id for event in events}) == 45
    assert any("/timelines/tag/strom?" in path for path in instance.requests)
    assert any("local=true" in path for path in instance.requests)
    await batches.aclose()


@pytest.mark.parametrize("status", [401, 422])
async def test_an_instance_that_shows_nothing_to_strangers_asks_for_a_token(instance, status):
    told, instance.preview = Told(), status
    batches = connector(instance, told).listen(None)
    asking = asyncio.ensure_future(anext(batches))
    await until(lambda: told.said)
    assert told.said[0][0] == "failed"
    assert "EMBERWATCH_FEDI_TOKEN" in told.said[0][1]
    assert "/settings/applications" in told.said[0][1]
    assert told.causes[0] == "credential"
    instance.preview = 200
    await asking
    await batches.aclose()


async def test_a_wrong_token_is_named(instance):
    told = Told()
    batches = streaming(instance, told, token="wrong").listen(None)
    asking = asyncio.ensure_future(anext(batches))
    await until(lambda: told.said)
    assert "does not accept the token (HTTP 401): set EMBERWATCH_FEDI_TOKEN" in told.said[0][1]
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await batches.aclose()


async def test_a_stream_that_is_shut_is_tried_again_and_nothing_missed_meanwhile(instance):
    told, instance.streaming = Told(), 502
    batches = streaming(instance, told, timelines=("public", "local")).listen(None)
    asking = asyncio.ensure_future(gather(batches, 1))
    await until(lambda: len(told.said) >= 3)
    assert told.said[0] == ("unreachable", f"127.0.0.1:{instance.port} answers with HTTP 502.")
    await instance.post("trotzdem")
    instance.streaming = 200
    assert [event.text for event in (await asking)[0]] == ["trotzdem"]
    await batches.aclose()


async def test_the_allowance_is_told_and_its_end_kept(instance):
    told, clock = Told(), Swift(NOW)
    instance.left, instance.resets_at = 5, NOW + 100
    batches = connector(instance, told, clock=clock).listen(None)
    batch = await anext(batches)
    assert (batch.quota.limit, batch.quota.left, batch.quota.resets_at) == (300, 4, NOW + 100)
    await anext(batches)
    await anext(batches)
    assert (told.said[-1][0], told.said[-1][1][:41]) == ("unreachable", "The allowance is used up; asking again in")
    assert told.causes[-1] == "quota"
    assert len(instance.requests) == 3 or clock.at >= NOW + 100
    await batches.aclose()


async def test_with_a_token_everything_is_told_as_it_happens(instance):
    told = Told()
    instance.streams_at = f"localhost:{instance.port}"
    batches = streaming(instance, told, timelines=("public", "#strom")).listen(None)
    await anext(batches)
    await anext(batches)
    hearing = asyncio.ensure_future(gather(batches, 4))
    await until(lambda: ("live", "") in told.said and instance.streams == 2)
    kept = await instance.post("eins #strom", at=NOW + 1)
    await instance.edit(kept, "zwei #strom", NOW + 2)
    gone = await instance.post("drei", at=NOW + 3)
    await instance.delete(gone)
    events, cursor = await hearing
    assert [event.text for event in events if isinstance(event, Mention)] == ["eins #strom", "zwei #strom", "drei"]
    assert (type(events[-1]), events[-1].id) == (Deletion, gone["uri"])
    assert json.loads(cursor)["public"] == gone["id"]
    before = len(told.said)
    await instance.say(":thump\n")
    waiting = asyncio.ensure_future(anext(batches))
    await until(lambda: len(told.said) > before)
    await instance.say("event: update\ndata: {}\n\n")
    batch = await waiting
    assert batch.unreadable
    assert batch.fault == "a status that breaks the contract"
    await batches.aclose()
    await until(lambda: instance.streams == 0)


async def test_after_a_break_what_was_said_edited_and_deleted_meanwhile_is_found(instance):
    told = Told()
    kept, gone = await instance.post("alt", at=NOW), await instance.post("weg", at=NOW + 1)
    batches = streaming(instance, told).listen(None)
    await gather(batches, 2)
    hearing = asyncio.ensure_future(gather(batches, 47))
    await until(lambda: ("live", "") in told.said)
    async with instance.away():
        for number in range(45):
            await instance.post(f"dazwischen {number}", at=NOW + 10 + number)
        await instance.edit(kept, "neu", NOW + 90)
        await instance.delete(gone)
        await until(lambda: told.said[-1][0] == "unreachable")
    events, _ = await hearing
    await batches.aclose()
    said = [event.text for event in events if isinstance(event, Mention)]
    assert sorted(said) == sorted([*(f"dazwischen {number}" for number in range(45)), "neu"])
    assert [event.id for event in events if isinstance(event, Deletion)] == [gone["uri"]]
    assert told.said[-1] == ("live", "")


async def test_a_stream_that_ends_is_opened_again(instance):
    told = Told()
    batches = streaming(instance, told).listen(None)
    await anext(batches)
    hearing = asyncio.ensure_future(gather(batches, 1))
    await until(lambda: instance.streams == 1)
    await instance.hang_up()
    await until(lambda: ("unreachable" in {status for status, _ in told.said}) and instance.streams == 1)
    await instance.post("danach")
    assert [event.text for event in (await hearing)[0]] == ["danach"]
    await batches.aclose()


@pytest.mark.parametrize("index", [True, False])
async def test_fates_are_told_of_own_statuses_and_remembered_ones(instance, index):
    instance.index = index
    there, gone = await instance.post("da"), await instance.post("weg")
    far = await instance.post("fern", acct="bert@other.example")
    one = connector(instance)
    batches = one.listen(None)
    await gather(batches, 3)
    await batches.aclose()
    await instance.delete(gone)
    await instance.delete(far)
    asked = [there["uri"], gone["uri"], far["uri"], "https://other.example/objects/unknown"]
    fates = await one.fates(asked)
    assert (fates.there, fates.gone) == ({there["uri"]}, {gone["uri"], far["uri"]})
    assert (await connector(instance).fates([gone["uri"], far["uri"]])).gone == {gone["uri"]}


async def test_asking_after_a_status_does_not_swallow_its_edit(instance):
    status = await instance.post("alt")
    one = connector(instance)
    batches = one.listen(None)
    await gather(batches, 1)
    await instance.edit(status, "neu", NOW + 5)
    assert (await one.fates([status["uri"]])).there == {status["uri"]}
    assert [event.text for event in (await gather(batches, 1))[0]] == ["neu"]
    await batches.aclose()


async def test_a_404_of_something_before_the_api_proves_nothing(instance):
    status = await instance.post("da")
    other = connector(instance)
    other._options = MastodonOptions(url=f"{instance.url}/blog")
    assert (await other.fates([status["uri"]])).gone == frozenset()


async def test_two_instances_tell_the_same_status_as_one(instance):
    async with two_instances() as (one, two):
        origin = await one.post("eins")
        await two.post("eins", acct="anna@one.example", uri=origin["uri"])
        heard = []
        for each in (one, two):
            batches = connector(each).listen(None)
            heard += (await gather(batches, 1))[0]
            await batches.aclose()
        first, second = heard
        assert (first.id, first.revision, first.text) == (second.id, second.revision, second.text)
        assert first.author.id == second.author.id


async def test_a_probe_asks_for_each_timeline(instance):
    host = f"127.0.0.1:{instance.port}"
    assert await connector(instance, timelines=("local", "#strom")).probe() == f"{host} answers (version 4.5.0)."
    instance.preview = 401
    with pytest.raises(CredentialMissing, match="only to whom it knows"):
        await connector(instance).probe()


async def test_a_silent_stream_is_dead_after_a_while(instance, monkeypatch):
    monkeypatch.setattr(mastodon, "PATIENCE", 0.05)
    told = Told()
    batches = streaming(instance, told).listen(None)
    await anext(batches)
    hearing = asyncio.ensure_future(gather(batches, 1))
    await until(lambda: "unreachable" in {status for status, _ in told.said})
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
    await batches.aclose()


async def test_what_was_read_before_a_line_broke_is_delivered_first():
    both = streams.Streams(None, {})
    await both._heard.put(("public", ("update", b"1")))
    await both._heard.put(SourceUnavailable("gone"))
    assert len(await both.next(lambda: None)) == 1
    with pytest.raises(SourceUnavailable, match="gone"):
        await both.next(lambda: None)


def test_wrong_options_are_refused_with_a_sentence():
    for wrong in ("mastodon.social", "ftp://x", "https://"):
        with pytest.raises(ValidationError, match="address of an instance"):
            MastodonOptions(url=wrong)
    for wrong in ("home", "#", "#a b", ""):
        with pytest.raises(ValidationError, match="a timeline is"):
            MastodonOptions(url="https://x", timelines=(wrong,))
    with pytest.raises(TypeError, match="MastodonOptions"):
        MastodonConnector(Setting("fedi", PushOptions(), SystemClock(), Path(), Told()))
