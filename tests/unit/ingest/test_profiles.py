import asyncio
from pathlib import Path

import msgspec
import pytest
import structlog

from app.clock import SystemClock
from app.domain.mention import Author, Deletion, Mention
from app.domain.source import SourceState
from app.errors import SourceUnavailable
from ingest import appview
from ingest import profiles as stage
from ingest.appview import AppView
from ingest.connector import Setting
from ingest.connectors.bluesky import BlueskyOptions
from ingest.profiles import Profiles
from ingest.wires import appview as wire
from tests.intake import StillClock, Told, until
from tests.peers.appview import FakeAppView

pytestmark = pytest.mark.anyio

RECORDING = Path(__file__).parents[2] / "recordings" / "bluesky" / "profiles.json"
NOW = 1_795_000_000.0


def said(did, **author):
    return Mention("bluesky", f"at://{did}/1", NOW, "Nordlicht", Author(did, **author), brands=("nord",))


@pytest.fixture
async def peer():
    async with FakeAppView() as running:
        yield running


@pytest.fixture
async def profiles(peer, monkeypatch):
    monkeypatch.setattr(appview, "PACE", 0.0)
    setting = Setting("live", BlueskyOptions(), SystemClock(), Path(), Told())
    async with Profiles(AppView(setting, peer.url), StillClock(NOW), wait=0.1) as running:
        yield running


def test_an_answer_is_read_as_authors_and_a_broken_one_among_them_left_out():
    found = wire.profiles(RECORDING.read_bytes())
    assert found == {
        "did:plc:anna": Author("did:plc:anna", "anna.example", "Anna 🔦", 1843, created_at=1707232702.911),
        "did:plc:bert": Author("did:plc:bert", None, None, 2, verified=True),
    }
    for body in (b"{", b"[]", b'{"profiles":5}', b"\xff"):
        with pytest.raises(SourceUnavailable):
            wire.profiles(body)


async def test_matched_authors_are_told_once_a_day_25_a_request(peer, profiles):
    for number in range(30):
        peer.know(f"did:{number}", f"h{number}.example", number, f"N\x00 {number}")
    events = [said(f"did:{number}") for number in range(30)] + [Deletion("bluesky", "gone", NOW), said("did:7")]
    told = await profiles.enrich(events)
    assert sorted(len(actors) for actors in peer.asked) == [5, 25]
    assert (told[7].author, told[30]) == (Author("did:7", "h7.example", "N 7", 7), events[30])
    assert told[31].author == told[7].author
    assert (await profiles.enrich([said("did:7")]))[0].author.followers == 7
    assert len(peer.asked) == 2
    profiles._clock.at += stage.DAY
    peer.know("did:7", "new.example", 8)
    assert (await profiles.enrich([said("did:7")]))[0].author.followers == 8


async def test_what_the_wire_says_itself_is_kept(peer, profiles):
    peer.know("did:1", "old.example", 5, "Anna")
    heard = said("did:1", handle="new.example", url="https://bsky.app/profile/did:1")
    [told] = await profiles.enrich([heard])
    assert told.author == Author("did:1", "new.example", "Anna", 5, url="https://bsky.app/profile/did:1")
    [known] = await profiles.enrich([said("did:9", followers=3)])
    assert known.author.followers == 3
    assert len(peer.asked) == 1


async def test_an_unknown_author_is_not_asked_after_for_an_hour(peer, profiles):
    for _ in range(2):
        assert (await profiles.enrich([said("did:who")]))[0].author.followers is None
    assert len(peer.asked) == 1
    profiles._clock.at += stage.HOUR
    await profiles.enrich([said("did:who")])
    assert len(peer.asked) == 2


async def test_a_slow_answer_holds_nobody_up_and_serves_the_next_mention(peer, profiles):
    peer.know("did:1", "anna.example", 5)
    peer.open.clear()
    async with asyncio.timeout(2):
        [told] = await profiles.enrich([said("did:1")])
    assert told.author.followers is None
    peer.open.set()
    await until(lambda: "did:1" in profiles._known)
    assert (await profiles.enrich([said("did:1")]))[0].author.followers == 5
    assert len(peer.asked) == 1


async def test_after_three_late_answers_nobody_waits_for_a_while(peer, profiles, monkeypatch):
    peer.open.clear()
    with structlog.testing.capture_logs() as logged:
        for number in range(3):
            await profiles.enrich([said(f"did:{number}")])
    assert [(row["event"], row["seconds"]) for row in logged] == [("profiles.resting", 30)]
    monkeypatch.setattr(profiles, "_wait", 60.0)
    async with asyncio.timeout(1):
        await profiles.enrich([said("did:4")])
    assert len(peer.asked) == 3
    peer.open.set()
    profiles._clock.at += 31
    await profiles.enrich([said("did:5")])
    assert len(peer.asked) == 4


async def test_a_failing_appview_is_left_alone_longer_each_time(peer, profiles):
    peer.status = 502
    pauses = []
    for number in range(6):
        with structlog.testing.capture_logs() as logged:
            await profiles.enrich([said(f"did:{number}")])
            await until(lambda: not profiles._asking)
        pauses += [row["seconds"] for row in logged]
        profiles._clock.at += pauses[-1]
    assert pauses == [30, 60, 120, 240, 300, 300]
    peer.status = 200
    peer.know("did:9", "h", 9)
    assert (await profiles.enrich([said("did:9")]))[0].author.followers == 9


async def test_what_is_not_known_of_authors_shows_on_the_source_until_it_is_known_again(peer, profiles):
    live = SourceState("live", "bluesky", "live", NOW, NOW)
    assert profiles.qualified(live) == live
    peer.status = 502
    await profiles.enrich([said("did:1")])
    told = profiles.qualified(live)
    assert told.reason.startswith("Mentions come, but who their authors are cannot be asked: ")
    assert told.reason.endswith("answers with HTTP 502.")
    assert (told.status, told.cause) == ("live", "server")
    away = msgspec.structs.replace(live, status="unreachable", reason="It is away.", cause="network")
    assert profiles.qualified(away) == away
    peer.status = 200
    profiles._clock.at += 31
    await profiles.enrich([said("did:1")])
    assert profiles.qualified(live) == live


async def test_answers_that_come_too_late_show_on_the_source_while_nobody_is_asked(peer, profiles):
    live = SourceState("live", "bluesky", "live", NOW, NOW)
    peer.open.clear()
    for number in range(3):
        await profiles.enrich([said(f"did:{number}")])
    peer.open.set()
    await until(lambda: not profiles._asking)
    assert profiles.qualified(live).reason.endswith("It answers too late.")


async def test_too_many_questions_are_heeded_as_long_as_the_server_says(peer, profiles):
    peer.status, peer.headers = 429, {"Retry-After": "777"}
    with structlog.testing.capture_logs() as logged:
        await profiles.enrich([said("did:1")])
        await until(lambda: not profiles._asking)
    assert logged[0]["seconds"] == 777


async def test_the_last_of_the_allowance_is_left_to_others(peer, profiles):
    peer.left = 151
    peer.know("did:1", "h", 1)
    assert (await profiles.enrich([said("did:1")]))[0].author.followers == 1
    with structlog.testing.capture_logs() as logged:
        await profiles.enrich([said("did:2")])
    assert len(peer.asked) == 1
    assert 290 <= logged[0]["seconds"] <= 301


async def test_the_memory_is_bounded(peer, profiles, monkeypatch):
    monkeypatch.setattr(stage, "REMEMBERED", 2)
    for number in range(4):
        await profiles.enrich([said(f"did:{number}")])
    assert list(profiles._known) == ["did:2", "did:3"]


async def test_a_burst_of_authors_asks_for_a_hundred_and_lets_the_others_go(peer, profiles):
    await profiles.enrich([said(f"did:{number}") for number in range(150)])
    await until(lambda: not profiles._asking)
    assert sum(map(len, peer.asked)) == 100


async def test_without_lookups_nothing_changes():
    async with Profiles.of(object(), StillClock(NOW)) as none:
        event = said("did:1")
        assert await none.enrich([event]) == [event]
