"""Reviews: of our own locations at Google, and of our own apps at Google Play."""

from pathlib import Path

import pytest

from app.domain.instant import from_rfc3339, rfc3339
from app.errors import CredentialMissing, SourceUnavailable
from ingest.connector import Setting
from ingest.connectors.google_reviews import GoogleReviewsConnector, GoogleReviewsOptions
from ingest.connectors.playstore import PlaystoreConnector, PlaystoreOptions
from ingest.connectors.push import PushOptions
from tests.intake import StillClock, Told
from tests.peers import business, play
from tests.peers.business import FakeBusiness
from tests.peers.play import FakePlay
from tests.peers.site import google_error

pytestmark = pytest.mark.anyio

NOW = from_rfc3339("2026-11-20T12:00:00Z")
DAY = 86_400.0


def at(days):
    return rfc3339(NOW - days * DAY)


@pytest.fixture
async def maps():
    async with FakeBusiness() as running:
        yield running


@pytest.fixture
async def store():
    async with FakePlay(StillClock(NOW)) as running:
        yield running


def of_google(maps, told=None, **options):
    secrets = {"client_id": business.CLIENT, "client_secret": business.SECRET, "refresh_token": business.REFRESH}
    here = {"locations": [business.HERE], "url": maps.url, "login_url": f"{maps.url}/token"}
    options = GoogleReviewsOptions(**{**secrets, **here, **options})
    return GoogleReviewsConnector(Setting("maps", options, StillClock(NOW), Path(), told or Told()))


def of_play(store, told=None, **options):
    options = {"packages": [play.APP], "url": store.url, "credentials": store.account, **options}
    options = PlaystoreOptions(**options)
    return PlaystoreConnector(Setting("play", options, store.clock, Path(), told or Told()))


# Google


async def test_google_reviews_their_edits_and_our_replies_are_heard_and_resumed(maps):
    maps.most = 2
    for number in range(5):
        maps.review(f"r{number}", "Nie wieder", at(5 - number))
    batches = of_google(maps).listen(None)
    first = await anext(batches)
    await batches.aclose()
    assert [event.id.rpartition("/")[2] for event in first.events] == ["r0", "r1", "r2", "r3", "r4"]
    maps.review("r0", "Doch wieder", at(5), stars=4, changed=at(0), reply="Danke!")
    batches = of_google(maps).listen(first.cursor)
    review, reply = (await anext(batches)).events
    assert (review.text, review.rating, review.edited_at) == ("Doch wieder", 4.0, NOW)
    assert (reply.kind, reply.in_reply_to, reply.text) == ("reply", review.id, "Danke!")
    assert (await anext(batches)).events == []
    await batches.aclose()


async def test_a_location_without_reviews_is_alive(maps):
    told = Told()
    batches = of_google(maps, told).listen(None)
    assert (await anext(batches)).events == []
    await anext(batches)
    await batches.aclose()
    assert told.said == [("live", "")]


async def test_what_became_of_google_reviews_is_asked_one_by_one(maps):
    maps.review("r1", "x", at(1))
    ids = tuple(f"{business.HERE}/reviews/{name}" for name in ("r1", "r1/reply", "r2", "r2/reply"))
    fates = await of_google(maps).fates(ids)
    assert fates.there == {ids[0]}
    assert fates.gone == set(ids[1:])
    maps.refusals = [None, google_error(200, "ok")]
    assert await of_google(maps).fates(ids[:1]) == type(fates)()


@pytest.mark.parametrize(
    ("error", "words", "cause"),
    [
        (google_error(429, "rateLimitExceeded", "RESOURCE_EXHAUSTED"), "too often", "quota"),
        (google_error(403, "forbidden", "PERMISSION_DENIED"), "refuses the access", "credential"),
        (google_error(404, "notFound", "NOT_FOUND"), "no such location", "setting"),
        (google_error(503, "backendError", "UNAVAILABLE"), "HTTP 503", "server"),
    ],
)
async def test_errors_of_google_become_sentences(maps, error, words, cause):
    told = Told()
    maps.refusals = [None, error]
    batches = of_google(maps, told).listen(None)
    await anext(batches)
    await batches.aclose()
    assert words in told.said[0][1]
    assert told.causes[0] == cause


async def test_the_keys_of_google_are_missed_and_tried(maps):
    assert "answers" in await of_google(maps).probe()
    with pytest.raises(CredentialMissing, match="EMBERWATCH_MAPS_REFRESH_TOKEN"):
        await of_google(maps, refresh_token=None).probe()
    with pytest.raises(CredentialMissing, match="invalid_grant"):
        await of_google(maps, refresh_token="withdrawn").probe()
    with pytest.raises(SourceUnavailable, match="client_id"):
        await of_google(maps, client_id="").probe()
    maps.refusals = [None, google_error(401, "authError"), None, google_error(401, "authError")]
    with pytest.raises(CredentialMissing):
        await of_google(maps).probe()


# Google Play


async def test_play_reviews_their_edits_and_our_replies_are_heard_and_resumed(store):
    store.most = 2
    for number in range(5):
        store.review(f"r{number}", "Stürzt ab", NOW - (5 - number) * DAY)
    batches = of_play(store).listen(None)
    first = await anext(batches)
    assert [event.id for event in first.events] == [f"{play.APP}/r{n}" for n in range(5)]
    assert (first.quota.limit, first.quota.left, first.quota.unit) == (200, 197, "requests an hour")
    answered = await anext(batches)
    await batches.aclose()
    store.review("r0", "Läuft", NOW, stars=5, reply="Danke!")
    batches = of_play(store).listen(answered.cursor)
    assert [event.text for event in (await anext(batches)).events] == ["Läuft", "Danke!"]
    await batches.aclose()


async def test_play_shows_a_week_only_and_a_longer_break_is_a_gap(store):
    store.review("r1", "x", NOW)
    batches = of_play(store).listen(None)
    await anext(batches)
    cursor = (await anext(batches)).cursor
    await batches.aclose()
    store.clock.at = NOW + 10 * DAY
    batches = of_play(store).listen(cursor)
    gap = (await anext(batches)).gap
    assert (gap.since, gap.until) == (NOW, NOW + 3 * DAY)
    assert (await anext(batches)).gap is None
    await batches.aclose()


async def test_the_hours_requests_to_play_are_counted_and_never_exceeded(store):
    told = Told()
    store.most, store.left = 1, 300
    for number in range(98):
        store.review(f"r{number}", "x", NOW - number)
    batches = of_play(store, told).listen(None)
    quotas = [(await anext(batches)).quota]  # 98 requests
    await anext(batches)
    store.reviews = {f"n{number}": (NOW, review) for number, (_, review) in enumerate(store.reviews.values())}
    for number in range(98):
        store.review(f"n{number}", "y", NOW + 400 + number)
    quotas.append((await anext(batches)).quota)  # 98 more
    await anext(batches)
    for number in range(98):
        store.review(f"n{number}", "z", NOW + 800 + number)
    batch = await anext(batches)  # an hour after the first
    await batches.aclose()
    assert [quota.left for quota in quotas] == [102, 4]
    assert len(batch.events) == 98
    (said,) = [reason for status, reason in told.said if status == "unreachable"]
    assert said == "The hour's quota of 200 requests is used up."
    assert max(store.clock.slept) > 2_000


async def test_errors_of_play_become_sentences(store):
    told = Told()
    store.refusals = [None, google_error(429, "rateLimitExceeded", "RESOURCE_EXHAUSTED")]
    batches = of_play(store, told).listen(None)
    await anext(batches)
    await batches.aclose()
    assert (told.causes[0], "too often" in told.said[0][1]) == ("quota", True)
    with pytest.raises(SourceUnavailable, match="packages"):
        await of_play(store, packages=["de.andere.app"]).probe()
    store.refusals = [None, google_error(403, "permissionDenied", "PERMISSION_DENIED")]
    with pytest.raises(CredentialMissing, match="service account"):
        await of_play(store).probe()
    store.refusals = [None, google_error(500, "x")]
    with pytest.raises(SourceUnavailable, match="HTTP 500"):
        await of_play(store).probe()


async def test_the_key_of_play_is_missed_and_tried(store):
    assert play.APP in await of_play(store).probe()
    with pytest.raises(CredentialMissing, match="EMBERWATCH_PLAY_CREDENTIALS"):
        await of_play(store, credentials=None).probe()
    with pytest.raises(CredentialMissing, match="JSON key"):
        await of_play(store, credentials="{}").probe()
    secret = '{"client_email": "a@b", "private_key": "no key at all"}'
    with pytest.raises(CredentialMissing, match="no RS256 key") as refused:
        await of_play(store, credentials=secret).probe()
    assert "no key at all" not in str(refused.value)


def test_options_of_others_are_refused():
    for connector in (GoogleReviewsConnector, PlaystoreConnector):
        with pytest.raises(TypeError):
            connector(Setting("s", PushOptions(), StillClock(NOW), Path(), Told()))
