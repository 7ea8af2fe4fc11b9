import asyncio
import socket
import ssl
from http import HTTPStatus
from pathlib import Path

import pytest
import zstandard
from pydantic import ValidationError

from app.clock import SystemClock
from app.domain.mention import AuthorRemoval, Deletion, Mention
from app.domain.source import Gap
from app.errors import SourceUnavailable
from benchmarks.jetstream import Jetstream
from ingest.connector import Setting
from ingest.connectors import bluesky
from ingest.connectors.bluesky import BlueskyConnector, BlueskyOptions
from ingest.connectors.push import PushOptions
from ingest.wires.jetstream import LOWEST_TIME, V2
from tests.intake import StillClock, Told, gather, until

pytestmark = pytest.mark.anyio

NOW = 1_795_000_000.0


def connector(url, told=None, *, clock=None, **options):
    setting = Setting("live", BlueskyOptions(url=url, **options), clock or StillClock(NOW), Path(), told or Told())
    return BlueskyConnector(setting)


@pytest.fixture
async def server():
    async with Jetstream() as running:
        yield running


@pytest.mark.parametrize("path", ["url", "url_v2"])
async def test_what_is_said_is_heard_and_resumed_by_cursor(server, path):
    told = Told()
    url = getattr(server, path)
    batches = connector(url, told, clock=SystemClock()).listen(None)
    assert (await anext(batches)).events == []
    assert told.said == [("live", "")]
    first = await server.post("Nordlicht eins")
    [heard], cursor = await gather(batches, 1)
    assert (heard.id, heard.text) == (first, "Nordlicht eins")
    await batches.aclose()

    await server.post("Nordlicht zwei", at=server.frames[-1].time_us / 1e6 + 6)
    await server.delete(first)
    await server.account("did:plc:alice", active=False, status="deleted")
    await server.identity("did:plc:bert", "bert.example")
    await server.post("ich auch", did="did:plc:bert")
    batches = connector(url).listen(cursor)
    events, _ = await gather(batches, 5)
    await batches.aclose()
    assert [type(event) for event in events] == [Mention, Mention, Deletion, AuthorRemoval, Mention]
    assert events[0].id == first
    assert events[-1].author.handle == "bert.example"


@pytest.mark.parametrize("path", ["url", "url_v2"])
async def test_a_broken_line_is_taken_up_again_without_loss(server, path):
    told = Told()
    batches = connector(getattr(server, path), told, clock=SystemClock()).listen(None)
    await anext(batches)
    await server.post("eins")
    await gather(batches, 1)
    listening = asyncio.ensure_future(gather(batches, 2))
    await server.kick()
    await server.stop()
    await server.post("zwei")
    await server.start()
    events, _ = await listening
    assert "zwei" in [event.text for event in events]
    assert ("unreachable", f"127.0.0.1:{server.port} closed the connection; connecting anew.") in told.said
    assert told.said[-1] == ("live", "")
    await batches.aclose()


async def test_frames_that_cannot_be_read_are_counted_and_the_good_ones_beside_them_kept(server):
    batches = connector(server.url, Told(), clock=SystemClock()).listen(None)
    await anext(batches)
    await server.raw("{")
    await server.post("Nordlicht danach")
    heard, unreadable, faults = [], 0, set()
    async with asyncio.timeout(10):
        while not heard:
            batch = await anext(batches)
            heard += batch.events
            unreadable += batch.unreadable
            faults |= {batch.fault} - {""}
    await batches.aclose()
    assert heard[0].text == "Nordlicht danach"
    assert (unreadable, faults) == (1, {"a frame that is no JSON"})


async def test_a_stream_that_falls_silent_is_connected_anew(server, monkeypatch):
    monkeypatch.setattr(BlueskyConnector, "idle", 0.05)
    told = Told()
    batches = connector(server.url, told).listen(None)
    await anext(batches)
    listening = asyncio.ensure_future(gather(batches, 1))
    await until(lambda: len(server.requests) >= 3)
    await server.post("doch noch", at=NOW + 600)
    assert (await listening)[0][0].text == "doch noch"
    assert "sent nothing" in told.said[1][1]
    await batches.aclose()


async def test_a_refusal_is_told_in_plain_words_and_the_pauses_grow(server):
    told, clock = Told(), StillClock(NOW)
    server.refuse = HTTPStatus.SERVICE_UNAVAILABLE
    batches = connector(server.url, told, clock=clock).listen(None)
    first = asyncio.ensure_future(anext(batches))
    await until(lambda: len(clock.slept) >= 12)
    server.refuse = None
    await first
    await batches.aclose()
    assert told.said[0] == ("unreachable", f"127.0.0.1:{server.port} refuses with HTTP 503. not now")
    assert 0.1 <= clock.slept[0] <= 0.2
    assert 15.0 <= clock.slept[11] <= 30.0


async def test_a_cursor_that_is_too_old_falls_back_to_everything_kept_and_says_what_is_missing(server):
    server.floor = 100
    old = await server.post("alt", at=NOW)
    batches = connector(server.url_v2).listen(f"7@{(NOW - 60) * 1e6:.0f}")
    async with asyncio.timeout(10):
        batch = await anext(batches)
    await batches.aclose()
    assert batch.events[0].id == old
    assert batch.cursor == f"1@{NOW * 1e6:.0f}"
    assert f"cursor={LOWEST_TIME}" in server.requests[-1]
    host = f"127.0.0.1:{server.port}"
    assert batch.gap == Gap(NOW - 60, NOW, f"{host} no longer has what was said then.")


async def test_an_outdated_time_on_version_2_is_a_gap_too(server):
    batches = connector(server.url_v2, clock=SystemClock()).listen(f"{(NOW - 60) * 1e6:.0f}~")
    listening = asyncio.ensure_future(anext(batches))
    await until(lambda: server.requests)
    await server.raw(f'{{"$type":"message","payload":{{"$type":"{V2}#info","name":"OutdatedCursor"}}}}')
    await listening
    await server.post("neu", at=NOW)
    async with asyncio.timeout(10):
        batch = await anext(batches)
    await batches.aclose()
    assert (batch.gap.since, batch.gap.until) == (NOW - 60, NOW)


@pytest.mark.parametrize(
    ("cursor", "missing"),
    [(NOW - 3_600, True), (NOW - 1, True), (NOW, False), (NOW + 1, False)],
)
async def test_on_version_1_the_first_frame_tells_whether_something_is_missing(server, cursor, missing):
    await server.post("eins", at=NOW)
    await server.post("zwei", at=NOW + 1)
    batches = connector(server.url).listen(f"{cursor * 1e6:.0f}")
    async with asyncio.timeout(10):
        batch = await anext(batches)
    await batches.aclose()
    assert (batch.gap is not None) is missing
    if missing:
        assert (batch.gap.since, batch.gap.until) == (cursor, NOW)


async def test_nothing_is_missing_where_nothing_was_heard_before(server):
    await server.post("eins", at=NOW)
    batches = connector(server.url).listen(f"{(NOW - 3_600) * 1e6:.0f}~")
    async with asyncio.timeout(10):
        assert (await anext(batches)).gap is None
    await batches.aclose()


async def test_a_probe_says_what_came(server, monkeypatch):
    one = connector(server.url)
    host = f"127.0.0.1:{server.port}"
    probing = asyncio.ensure_future(one.probe())
    await until(server.connected.is_set)
    await server.post("hallo")
    assert await probing == f"{host} answers and sends."
    monkeypatch.setattr(bluesky, "PROBING", 0.01)
    assert "has said nothing for" in await one.probe()
    server.refuse = HTTPStatus.TOO_MANY_REQUESTS
    with pytest.raises(SourceUnavailable, match="HTTP 429") as refused:
        await one.probe()
    assert refused.value.cause == "quota"


def test_profiles_are_asked_for_at_the_public_appview_unless_the_network_is_private():
    assert BlueskyOptions().profiles == "https://public.api.bsky.app"
    assert BlueskyOptions(appview=None).profiles is None
    assert BlueskyOptions(url="ws://localhost:6008/subscribe").profiles is None
    assert connector("ws://localhost:6008/subscribe").lookup() is None
    assert connector("ws://localhost:6008/subscribe", appview="http://localhost:1").lookup() is not None
    with pytest.raises(ValidationError, match="AppView"):
        BlueskyOptions(appview="bsky.app")


async def test_an_error_frame_ends_the_line_after_what_came_before_it(server):
    told = Told()
    batches = connector(server.url_v2, told, clock=SystemClock()).listen(None)
    await anext(batches)
    await server.post("vorher")
    await server.raw('{"$type":"error","error":"ConsumerTooSlow","message":"read faster"}')
    assert [event.text for event in (await gather(batches, 1))[0]] == ["vorher"]
    await server.raw('{"$type":"error","error":"ConsumerTooSlow","message":"read faster"}')
    listening = asyncio.ensure_future(gather(batches, 1))
    await until(lambda: len(server.requests) >= 2)
    await server.post("nachher")
    await listening
    await batches.aclose()
    assert any("ConsumerTooSlow" in reason for _, reason in told.said)


@pytest.mark.parametrize("path", ["url", "url_v2"])
async def test_a_compressed_stream_says_the_same(tmp_path, path):
    dictionary = zstandard.train_dictionary(1024, [f'{{"text":"Nordlicht Strom {n}"}}'.encode() * 9 for n in range(99)])
    file = tmp_path / "dictionary"
    file.write_bytes(dictionary.as_bytes())
    async with Jetstream(dictionary=dictionary.as_bytes()) as server:
        batches = connector(getattr(server, path), zstd=True, dictionary=file).listen(None)
        await anext(batches)
        await server.post("Nordlicht Strom 7")
        assert (await gather(batches, 1))[0][0].text == "Nordlicht Strom 7"
        assert ("compress=true" in server.requests[0]) is (path == "url")
        await batches.aclose()
    bare = connector(server.url, zstd=True, dictionary=file)
    assert bare._plain(b"no zstd") == b""
    bomb = zstandard.ZstdCompressor(dict_data=dictionary).compress(b"0" * (bluesky.LARGEST + 1))
    assert bare._plain(bomb) == b""
    assert connector(server.url)._plain(b"{}") == b"{}"


def test_addresses_name_what_is_wanted_and_keep_what_was_written():
    one = connector("wss://jet.example/subscribe?x=1")
    assert one.address(None) == "wss://jet.example/subscribe?x=1&wantedCollections=app.bsky.feed.post"
    assert one.address(LOWEST_TIME + 5_000_001).endswith(f"&cursor={LOWEST_TIME + 1}")
    assert "cursor" not in one.address(42)
    two = connector("wss://jet.example/xrpc/network.bsky.jetstream.subscribeEvents/")
    assert two.address(42).endswith("&kinds=commit&kinds=identity&kinds=account&cursor=42")


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (socket.gaierror(-2, "unknown"), "DNS"),
        (ConnectionRefusedError(), "refuses the connection"),
        (ssl.SSLError("bad"), "TLS"),
        (TimeoutError(), "10 s"),
        (OSError("no route"), "no route"),
        (OSError(), "OSError"),
        (SourceUnavailable("gone"), "gone"),
    ],
)
def test_every_reason_is_a_sentence_about_the_host(failure, says):
    reason, cause = connector("wss://jet.example/subscribe")._reason(failure)
    assert cause == "network"
    assert reason.startswith("jet.example")
    assert says in reason


def test_wrong_options_are_refused_with_a_sentence(tmp_path):
    with pytest.raises(ValidationError, match="websocket address"):
        BlueskyOptions(url="https://x")
    with pytest.raises(ValidationError, match="dictionary"):
        BlueskyOptions(zstd=True)
    with pytest.raises(ValidationError, match="dictionary"):
        BlueskyOptions(zstd=True, dictionary=tmp_path / "absent")
    with pytest.raises(TypeError, match="BlueskyOptions"):
        BlueskyConnector(Setting("live", PushOptions(), StillClock(0), Path(), Told()))
