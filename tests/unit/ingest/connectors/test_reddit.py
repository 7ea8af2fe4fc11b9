from pathlib import Path

import pytest
from pydantic import ValidationError

from app.domain.mention import Deletion
from app.errors import CredentialMissing, SourceUnavailable
from ingest.connector import Setting
from ingest.connectors.push import PushOptions
from ingest.connectors.reddit import RedditConnector, RedditOptions
from tests.intake import StillClock, Told
from tests.peers.reddit import CLIENT, SECRET, FakeReddit
from tests.peers.site import refusal

pytestmark = pytest.mark.anyio

NOW = 1_795_280_000.0


@pytest.fixture
async def reddit():
    async with FakeReddit() as running:
        running.post("t3_a", "Nordlicht?", NOW - 100)
        running.post("t1_b", "Nein danke", NOW - 50)
        yield running


def connector(reddit, told=None, clock=None, **options):
    options = {"client_id": CLIENT, "client_secret": SECRET, "contact": "ada", "subreddits": ["strom"], **options}
    options = RedditOptions(url=reddit.url, login_url=reddit.url, **options)
    return RedditConnector(Setting("red", options, clock or StillClock(NOW), Path(), told or Told()))


async def heard(batches, rounds=1):
    return [event for _ in range(2 * rounds) for event in (await anext(batches)).events]


async def test_posts_and_comments_are_heard_and_resumed(reddit):
    batches = connector(reddit).listen(None)
    first, second = await anext(batches), await anext(batches)
    await batches.aclose()
    assert [event.id for event in (*first.events, *second.events)] == ["t3_a", "t1_b"]
    assert (first.quota.limit, first.quota.left) == (600.0, 599.0)
    assert first.quota.resets_at == pytest.approx(NOW + 120, abs=1)
    assert reddit.agents == {"linux:emberwatch:v1 (by /u/ada)"}
    reddit.post("t3_c", "Noch was", NOW)
    batches = connector(reddit).listen(second.cursor)
    assert [event.id for event in await heard(batches)] == ["t3_c"]
    await batches.aclose()


async def test_edits_and_removals_are_heard_where_they_stand_in_a_listing(reddit):
    batches = connector(reddit).listen(None)
    await heard(batches)
    reddit.change("t3_a", title="Nordlicht!", edited=NOW)
    reddit.change("t1_b", body="[removed]")
    edit, removal = await heard(batches)
    assert (edit.text, edit.edited_at) == ("Nordlicht!", NOW)
    assert isinstance(removal, Deletion)
    assert (removal.id, removal.deleted_at >= NOW) == ("t1_b", True)
    assert await heard(batches) == []
    await batches.aclose()


async def test_more_than_a_listing_shows_is_a_gap_that_is_told(reddit):
    reddit.most, reddit.shown = 10, 50
    batches = connector(reddit).listen(None)
    await heard(batches)
    for number in range(120):
        reddit.post(f"t3_n{number}", "x", NOW + number)
    batch = await anext(batches)
    await batches.aclose()
    assert len(batch.events) == 50
    assert (batch.gap.since, batch.gap.until) == (NOW - 100, NOW + 70)


async def test_a_token_that_was_taken_back_is_bought_anew_and_a_script_app_speaks_for_its_account(reddit):
    batches = connector(reddit, username="ada", password="hunter2").listen(None)
    await heard(batches)
    reddit.expire()
    reddit.post("t3_c", "Noch was", NOW)
    assert [event.id for event in await heard(batches)] == ["t3_c"]
    await batches.aclose()
    assert reddit.tokens == 2
    assert reddit.grants[0] == {"grant_type": "password", "username": "ada", "password": "hunter2"}


async def test_a_token_is_renewed_before_it_ends(reddit):
    clock = StillClock(NOW)
    batches = connector(reddit, clock=clock).listen(None)
    await heard(batches)
    clock.at += 86_399
    await heard(batches)
    await batches.aclose()
    assert reddit.tokens == 2
    assert reddit.grants[0] == {"grant_type": "client_credentials"}


async def test_a_search_is_a_listing_of_its_own(reddit):
    batches = connector(reddit, subreddits=[], search=["nordlicht strom"]).listen(None)
    assert [event.id for event in (await anext(batches)).events] == ["t3_a"]
    await batches.aclose()
    (asked,) = reddit.asks("/search")
    assert (asked["q"], asked["sort"]) == ("nordlicht strom", "new")


async def test_a_private_subreddit_is_named_and_the_others_go_on(reddit):
    told = Told()
    reddit.private.add("geheim")
    batches = connector(reddit, told, subreddits=["geheim", "strom"]).listen(None)
    assert [event.id for event in await heard(batches)] == ["t3_a", "t1_b"]
    await anext(batches)
    await batches.aclose()
    assert told.said[0] == ("unreachable", "Reddit does not show /r/geheim/new (private).")


async def test_nothing_is_asked_while_nothing_is_left_of_the_quota(reddit):
    told, clock = Told(), StillClock(NOW)
    reddit.left = 1
    batches = connector(reddit, told, clock).listen(None)
    assert [event.id for event in await heard(batches)] == ["t3_a"]
    await batches.aclose()
    assert told.said[0] == ("unreachable", "Reddit's quota of requests is used up for now.")
    assert any(119 <= slept <= 120 for slept in clock.slept)


async def test_a_subreddit_that_is_not_there_is_named(reddit):
    told = Told()
    reddit.refusals = [None, refusal(404, [])]
    batches = connector(reddit, told).listen(None)
    await heard(batches)
    await batches.aclose()
    assert told.said[0] == ("unreachable", "Reddit does not show /r/strom/new (not found).")


async def test_being_told_to_slow_down_is_a_quota(reddit):
    told, clock = Told(), StillClock(NOW)
    reddit.refusals = [None, refusal(429, {}, X_Ratelimit_Remaining="0", X_Ratelimit_Reset="77")]
    batches = connector(reddit, told, clock).listen(None)
    await heard(batches)
    await batches.aclose()
    assert told.causes[0] == "quota"
    assert any(77 <= slept < 80 for slept in clock.slept)


async def test_what_became_of_posts_is_asked_with_one_request(reddit):
    reddit.post("t3_d", "x", NOW, removed_by_category="moderator")
    fates = await connector(reddit).fates(("t3_a", "t1_b", "t3_d", "t3_unknown"))
    assert (fates.gone, fates.there) == ({"t3_d"}, {"t3_a", "t1_b"})
    assert len(reddit.asks("/api/info")) == 1


async def test_keys_are_missed_and_refused_without_being_told(reddit):
    with pytest.raises(CredentialMissing, match=r"EMBERWATCH_RED_CLIENT_SECRET.*prefs/apps"):
        await connector(reddit, client_secret=None).probe()
    with pytest.raises(CredentialMissing, match="EMBERWATCH_RED_PASSWORD"):
        await connector(reddit, username="ada").probe()
    with pytest.raises(SourceUnavailable, match="client_id"):
        await connector(reddit, client_id="").probe()
    with pytest.raises(CredentialMissing, match="gives no access token") as refused:
        await connector(reddit, client_secret="wrong-secret").probe()
    assert "wrong-secret" not in str(refused.value)
    with pytest.raises(CredentialMissing, match="invalid_grant"):
        await connector(reddit, username="ada", password="hunter3").probe()
    assert await connector(reddit).probe() == "Reddit answers and shows /r/strom/new."


async def test_a_source_without_its_secret_tells_so_and_asks_nothing(reddit):
    with pytest.raises(CredentialMissing):
        await anext(connector(reddit, client_secret=None).listen(None))
    assert reddit.asked == []


def test_options_say_what_to_hear():
    with pytest.raises(ValidationError, match="subreddits"):
        RedditOptions()
    with pytest.raises(ValidationError):
        RedditOptions(subreddits=["r/strom"])
    with pytest.raises(TypeError):
        RedditConnector(Setting("s", PushOptions(), StillClock(NOW), Path(), Told()))
