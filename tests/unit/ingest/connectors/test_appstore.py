from pathlib import Path

import pytest
from pydantic import ValidationError

from app.domain.instant import from_rfc3339, rfc3339
from app.errors import CredentialMissing, SourceUnavailable
from ingest.connector import Setting
from ingest.connectors.appstore import AppstoreConnector, AppstoreOptions
from ingest.connectors.push import PushOptions
from tests.intake import StillClock, Told
from tests.peers import apple
from tests.peers.apple import FakeApple

pytestmark = pytest.mark.anyio

NOW = from_rfc3339("2026-11-20T12:00:00Z")
DAY = 86_400.0


def at(days):
    return rfc3339(NOW - days * DAY)


@pytest.fixture
async def apples():
    async with FakeApple(StillClock(NOW)) as running:
        yield running


def of_apple(apples, told=None, **options):
    secrets = {"key_id": apple.KEY, "issuer_id": apple.ISSUER, "private_key": apple.private_key()}
    options = AppstoreOptions(**{"apps": [apple.APP], "url": apples.url, "feed_url": apples.url, **secrets, **options})
    return AppstoreConnector(Setting("ios", options, apples.clock, Path(), told or Told()))


async def test_apple_reviews_their_edits_and_our_responses_are_heard_and_resumed(apples):
    apples.most = 2
    for number in range(5):
        apples.review(f"a{number}", "Stürzt ab", at(5 - number))
    batches = of_apple(apples).listen(None)
    first = await anext(batches)
    await batches.aclose()
    assert [event.id for event in first.events] == [f"a{n}" for n in range(5)]
    assert (first.quota.limit, first.quota.left) == (3_500, 3_498)
    apples.review("a4", "Läuft", at(1), stars=5, response="Danke!")
    batches = of_apple(apples).listen(first.cursor)
    review, response = (await anext(batches)).events
    assert (review.text, review.rating) == ("T\n\nLäuft", 5.0)
    assert (response.in_reply_to, response.author.id) == ("a4", apple.APP)
    await batches.aclose()
    assert apples.issuers[0]["iss"] == apple.ISSUER


async def test_the_token_for_apple_is_signed_anew_before_it_ends(apples):
    batches = of_apple(apples, issuer_id="").listen(None)
    await anext(batches)
    apples.clock.at += 1_200
    await anext(batches)
    await batches.aclose()
    assert [claims["sub"] for claims in apples.issuers] == ["user", "user"]
    assert apples.issuers[1]["iat"] > apples.issuers[0]["iat"]


async def test_the_public_feed_is_read_without_a_key_and_tells_its_gap(apples):
    options = {"key_id": "", "private_key": None, "countries": ["de"], "history": 300}
    apples.review("100", "Alt", at(200))
    batches = of_apple(apples, **options).listen(None)
    assert [event.id for event in (await anext(batches)).events] == ["rss/de/100"]
    for number in range(600):
        apples.review(f"{200 + number}", "Neu", rfc3339(NOW - (600 - number) * 60))
    batch = await anext(batches)
    await batches.aclose()
    assert len(batch.events) == 500
    assert batch.gap.since == NOW - 200 * DAY
    assert batch.events[0].place == "DE"
    assert await of_apple(apples, **options).fates(("rss/de/100",)) == type(await of_apple(apples).fates(()))()
    assert "answers" in await of_apple(apples, **options).probe()


async def test_what_became_of_apple_reviews_is_asked_one_by_one(apples):
    apples.review("a1", "x", at(1))
    fates = await of_apple(apples).fates(("a1", "a2", "a1/reply", "rss/de/1"))
    assert (fates.there, fates.gone) == ({"a1"}, {"a2"})


@pytest.mark.parametrize(
    ("error", "words", "cause"),
    [
        (apple.error(401, "NOT_AUTHORIZED"), "refuses the key (NOT_AUTHORIZED)", "credential"),
        (apple.error(403, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED"), "AGREEMENTS", "credential"),
        (apple.error(404, "NOT_FOUND"), "no such app", "setting"),
        (apple.error(429, "RATE_LIMIT_EXCEEDED"), "quota for this rolling hour", "quota"),
        (apple.error(500, "UNEXPECTED_ERROR"), "HTTP 500", "server"),
    ],
)
async def test_errors_of_apple_become_sentences(apples, error, words, cause):
    told = Told()
    apples.refusals = [error]
    batches = of_apple(apples, told).listen(None)
    await anext(batches)
    await batches.aclose()
    assert words in told.said[0][1]
    assert told.causes[0] == cause


async def test_apples_hour_is_told_when_it_is_used_up(apples):
    apples.left = 0
    with pytest.raises(SourceUnavailable, match="quota of 3,500 requests"):
        await of_apple(apples).probe()


async def test_the_key_of_apple_is_missed_and_tried(apples):
    assert "answers" in await of_apple(apples).probe()
    with pytest.raises(CredentialMissing, match=r"EMBERWATCH_IOS_PRIVATE_KEY.*appstoreconnect"):
        await of_apple(apples, private_key=None).probe()
    with pytest.raises(CredentialMissing, match="no ES256 key"):
        await of_apple(apples, private_key="no key").probe()


def test_options_say_what_to_hear():
    with pytest.raises(ValidationError, match="countries"):
        AppstoreOptions(apps=["123456"])
    with pytest.raises(TypeError):
        AppstoreConnector(Setting("s", PushOptions(), StillClock(NOW), Path(), Told()))
