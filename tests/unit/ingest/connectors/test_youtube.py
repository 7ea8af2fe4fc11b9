from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.domain.mention import Mention
from app.errors import CredentialMissing, SourceUnavailable
from ingest.connector import Setting
from ingest.connectors.push import PushOptions
from ingest.connectors.youtube import PACIFIC, YoutubeConnector, YoutubeOptions
from tests.intake import StillClock, Told
from tests.peers.site import google_error
from tests.peers.youtube import KEY, FakeYoutube

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 20, 12, tzinfo=PACIFIC).timestamp()
MIDNIGHT = datetime(2026, 11, 21, tzinfo=PACIFIC).timestamp()


@pytest.fixture
async def youtube():
    async with FakeYoutube() as running:
        running.say("a", "Nordlicht, was soll das?", "2026-11-20T09:00:00Z")
        yield running


def connector(youtube, told=None, clock=None, **options):
    options = {"api_key": KEY, "videos": ["v1"], "history": 30, **options}
    options = YoutubeOptions(url=youtube.url, **options)
    return YoutubeConnector(Setting("tube", options, clock or StillClock(NOW), Path(), told or Told()))


async def ids(batches, rounds=1):
    found = []
    for _ in range(rounds):
        found += [event.id for event in (await anext(batches)).events]
    return found


async def test_comments_replies_and_edits_are_heard_and_resumed(youtube):
    for number in range(7):
        youtube.say(f"a.{number}", "Ich auch", "2026-11-20T10:00:00Z", parent="a")
    batches = connector(youtube).listen(None)
    first = await anext(batches)
    assert sorted(event.id for event in first.events) == ["a", *(f"a.{n}" for n in range(7))]
    assert len(youtube.asks("/comments")) == 1
    assert {event.in_reply_to for event in first.events if event.kind == "reply"} == {"a"}
    assert first.quota.unit == "units a day"
    assert first.quota.left == 10_000 - 2
    assert first.quota.resets_at == MIDNIGHT
    await batches.aclose()

    youtube.say("a", "Nordlicht, danke!", "2026-11-20T09:00:00Z", edited="2026-11-20T11:00:00Z")
    youtube.say("b", "Neu hier", "2026-11-20T11:30:00Z")
    batches = connector(youtube).listen(first.cursor)
    events = (await anext(batches)).events
    await batches.aclose()
    assert [(event.id, event.text) for event in events] == [("a", "Nordlicht, danke!"), ("b", "Neu hier")]
    assert events[0].edited_at is not None


async def test_a_page_that_did_not_change_is_not_sent_again(youtube):
    batches = connector(youtube, pages=1).listen(None)
    assert await ids(batches, 3) == ["a"]
    youtube.say("b", "Noch etwas", "2026-11-20T10:00:00Z")
    assert await ids(batches) == ["b"]
    await batches.aclose()


async def test_more_than_a_page_is_walked(youtube):
    youtube.most = 2
    for number in range(9):
        youtube.say(f"c{number}", "x", f"2026-11-20T10:0{number}:00Z")
    batches = connector(youtube).listen(None)
    assert len(await ids(batches)) == 10
    await batches.aclose()


async def test_the_days_quota_is_counted_kept_over_a_restart_and_never_exceeded(youtube):
    told, clock = Told(), StillClock(NOW)
    options = {"quota": 100, "pages": 1, "interval": 10}
    batches = connector(youtube, told, clock, **options).listen(None)
    cursor = (await anext(batches)).cursor
    await batches.aclose()
    batches = connector(youtube, told, clock, **options).listen(cursor.replace('"units":1', '"units":94'))
    assert (await anext(batches)).quota.left == 5
    await anext(batches)  # after midnight
    await batches.aclose()
    assert clock.now() >= MIDNIGHT
    (said,) = [said for status, said in told.said if status == "unreachable"]
    assert "95 units is used up" in said
    assert "midnight Pacific" in said
    assert told.causes.count("quota") == 1


async def test_rounds_are_spread_over_the_day(youtube):
    clock = StillClock(NOW)
    batches = connector(youtube, clock=clock, quota=100, pages=1, interval=10).listen(None)
    for _ in range(3):
        await anext(batches)
    await batches.aclose()
    assert min(clock.slept) > 86_400 / 100


async def test_what_youtube_says_of_its_quota_is_believed(youtube):
    told, clock = Told(), StillClock(NOW)
    youtube.refusals = [google_error(403, "quotaExceeded")]
    batches = connector(youtube, told, clock).listen(None)
    assert await ids(batches) == ["a"]
    await batches.aclose()
    assert told.said[0][0] == "unreachable"
    assert "today's quota is used up" in told.said[0][1]
    assert clock.slept[0] == pytest.approx(MIDNIGHT - NOW)


async def test_closed_comments_are_told_and_the_others_go_on(youtube):
    told = Told()
    youtube.closed.add("v2")
    batches = connector(youtube, told, videos=["v2", "v1"]).listen(None)
    assert await ids(batches) == ["a"]
    await anext(batches)
    await batches.aclose()
    assert told.said[0] == ("unreachable", "YouTube shows no comments on video/v2: commentsdisabled.")
    assert told.causes[0] == "setting"


async def test_videos_found_by_words_are_heard_and_closed_ones_left_out(youtube):
    told = Told()
    youtube.closed.add("v9")
    youtube.found = ["v9", "v1"]
    batches = connector(youtube, told, videos=[], search=["nordlicht"]).listen(None)
    await anext(batches)
    assert await ids(batches) == ["a"]
    await anext(batches)
    await batches.aclose()
    assert told.said == [("live", "")]
    assert len(youtube.asks("/search")) == 1
    assert len([one for one in youtube.asks("/commentThreads") if one["videoId"] == "v9"]) == 1


async def test_replies_that_vanish_while_they_are_asked_for_are_left_out(youtube):
    for number in range(7):
        youtube.say(f"a.{number}", "Ich auch", "2026-11-20T10:00:00Z", parent="a")
    youtube.refusals = [None, google_error(404, "commentNotFound")]
    batches = connector(youtube).listen(None)
    assert len(await ids(batches)) == 6
    await batches.aclose()


async def test_found_videos_whose_refusal_is_no_matter_of_theirs_end_the_round(youtube):
    told = Told()
    youtube.found = ["v1"]
    youtube.refusals = [None, google_error(403, "quotaExceeded")]
    batches = connector(youtube, told, videos=[], search=["nordlicht"]).listen(None)
    assert await ids(batches) == ["a"]
    await batches.aclose()
    assert told.causes[0] == "quota"


@pytest.mark.parametrize(
    ("error", "words", "cause"),
    [
        (google_error(400, "keyInvalid"), "refuses the API key", "credential"),
        (google_error(403, "accessNotConfigured"), "enable the YouTube Data API", "credential"),
        (google_error(403, "rateLimitExceeded"), "too fast", "quota"),
        (google_error(404, "videoNotFound"), "videonotfound", "setting"),
        (google_error(500, "backendError"), "HTTP 500", "server"),
    ],
)
async def test_errors_become_sentences_without_the_key(youtube, error, words, cause):
    told = Told()
    youtube.refusals = [error]
    batches = connector(youtube, told).listen(None)
    assert await ids(batches) == ["a"]
    await batches.aclose()
    assert words in told.said[0][1]
    assert told.causes[0] == cause
    assert KEY not in str(told.said)


async def test_what_became_of_comments_is_asked_fifty_at_a_time(youtube):
    made = connector(youtube)
    fates = await made.fates(("a", *(f"gone{n}" for n in range(70))))
    assert fates.there == {"a"}
    assert len(fates.gone) == 70
    assert len(youtube.asks("/comments")) == 2


async def test_the_key_is_tried_and_missed(youtube):
    assert await connector(youtube).probe() == f"127.0.0.1:{youtube.port} answers and takes the key."
    assert "takes the key" in await connector(youtube, videos=[], search=["nordlicht"]).probe()
    for ask in ("probe", "fates"):
        with pytest.raises(CredentialMissing, match="EMBERWATCH_TUBE_API_KEY"):
            await getattr(connector(youtube, api_key=None), ask)(*((),) * (ask == "fates"))
    with pytest.raises(CredentialMissing):
        await connector(youtube, api_key="wrong").probe()


async def test_an_answer_that_is_none_is_told(youtube):
    told = Told()
    youtube.refusals = [google_error(200, "ok")]
    batches = connector(youtube, told).listen(None)
    assert [type(event) for event in (await anext(batches)).events] == [Mention]
    await batches.aclose()
    assert "cannot be read" in told.said[0][1]


def test_options_say_what_to_hear():
    with pytest.raises(ValidationError, match="channels"):
        YoutubeOptions()
    with pytest.raises(TypeError):
        YoutubeConnector(Setting("s", PushOptions(), StillClock(NOW), Path(), Told()))
    assert issubclass(CredentialMissing, SourceUnavailable)
