import asyncio
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.brand import Brand
from app.domain.instant import rfc3339
from app.errors import CredentialMissing, SourceUnavailable
from ingest.connector import Setting
from ingest.connectors.push import PushOptions
from ingest.connectors.x import XConnector, XOptions
from tests.intake import StillClock, Told, until
from tests.peers.site import refusal
from tests.peers.x import TOKEN, FakeX, problem

pytestmark = pytest.mark.anyio

NOW = 1_795_280_000.0
NORD = Brand("nord", 'Nord "Strom"', "nord", accounts=("@nordstrom", "nord.bsky.social"))


@pytest.fixture
async def x():
    async with FakeX(StillClock(NOW)) as running:
        yield running


def connector(x, told=None, **options):
    options = XOptions(**{"token": TOKEN, "url": x.url, "rules": ["nordlicht"], **options})
    return XConnector(Setting("x", options, x.clock, Path(), told or Told(), brands=(NORD,)))


async def gather(batches, wanted):
    """Take batches until `wanted` posts came; return all batches."""
    taken = []
    async with asyncio.timeout(10):
        while sum(len(batch.events) for batch in taken) < wanted:
            taken.append(await anext(batches))
    return taken


def texts(taken):
    return [event.text for batch in taken for event in batch.events]


async def listening(x, batches):
    """Take the batches up to the first of a session."""
    x.opened.clear()
    async with asyncio.timeout(10):
        taken = [await anext(batches)]
        while not x.opened.is_set():
            taken.append(await anext(batches))
    return taken


async def test_posts_and_their_edits_are_heard_through_our_rules(x):
    x.rules["7"] = {"id": "7", "value": "old", "tag": "emberwatch:x"}
    batches = connector(x).listen(None)
    *_, first = await listening(x, batches)
    assert [(rule["value"], rule["tag"]) for rule in x.rules.values()] == [
        ("cats", "another program"),
        ("nordlicht", "emberwatch:x"),
    ]
    assert (first.quota.limit, first.quota.left, first.quota.unit) == (10_000, 6_000, "posts a month")
    name = await x.post("Kein Strom", NOW + 1)
    await x.post("Wieder Strom", NOW + 60, history=(name,))
    *_, last = taken = await gather(batches, 2)
    await batches.aclose()
    assert texts(taken) == ["Kein Strom", "Wieder Strom"]
    first, edit = [event for batch in taken for event in batch.events]
    assert (edit.id, edit.edited_at, edit.published_at) == (first.id, NOW + 60, pytest.approx(NOW + 1))
    assert edit.revision > first.revision
    assert first.author.followers == 12
    assert last.cursor is not None


async def test_a_break_is_filled_by_search_without_doubling_anything(x):
    told = Told()
    batches = connector(x, told).listen(None)
    await listening(x, batches)
    await x.post("eins", NOW + 1)
    await gather(batches, 1)
    x.write("zwei", NOW + 2)
    x.write("drei", NOW + 3)
    x.most = 1
    x.close()
    taken = await gather(batches, 2)
    assert texts(taken) == ["zwei", "drei"]
    await x.post("vier", NOW + 4)
    assert texts(await gather(batches, 1)) == ["vier"]
    await batches.aclose()
    assert ("unreachable", "network") in {(s, c) for (s, _), c in zip(told.said, told.causes, strict=True)}
    assert len(x.asks("/2/tweets/search/recent")) == 3


async def test_what_is_said_while_the_very_first_attempt_fails_is_searched_for(x):
    x.refusals = [problem(503, "Service Unavailable")]
    batches = connector(x).listen(None)
    await anext(batches)
    x.write("eins", NOW + 1)
    assert texts(await gather(batches, 1)) == ["eins"]
    await batches.aclose()


async def test_a_restart_goes_on_from_the_cursor(x):
    batches = connector(x).listen(None)
    await listening(x, batches)
    await x.post("eins", NOW + 1)
    *_, last = await gather(batches, 1)
    await batches.aclose()
    x.write("zwei", NOW + 40)
    x.clock.at = NOW + 100
    again = connector(x).listen(last.cursor)
    assert texts(await gather(again, 2)) == ["eins", "zwei"]  # half a minute is asked for twice, known by its id
    await again.aclose()


async def test_a_break_before_anything_was_heard_is_searched_by_time(x):
    batches = connector(x).listen(None)
    *_, last = await listening(x, batches)
    await batches.aclose()
    x.write("eins", NOW + 40)
    x.clock.at = NOW + 100
    batches = connector(x).listen(last.cursor)
    assert texts(await gather(batches, 1)) == ["eins"]
    await batches.aclose()
    assert x.asks("/2/tweets/search/recent")[0]["start_time"] == rfc3339(NOW)[:19] + "Z"


async def test_what_search_does_not_reach_is_a_gap(x):
    cursor = '{"at": %s, "id": 5}' % (NOW - 10 * 86_400)
    x.write("alt", NOW - 5 * 86_400)
    batches = connector(x).listen(cursor)
    taken = await gather(batches, 1)
    await batches.aclose()
    gaps = [batch.gap for batch in taken if batch.gap]
    assert [(gap.since, gap.until) for gap in gaps] == [(NOW - 10 * 86_400, NOW - 7 * 86_400 + 60)]


async def test_no_more_is_searched_than_may_be_paid(x):
    for number in range(9):
        x.write(f"p{number}", NOW - 900 + 100 * number)
    x.most = 2
    batches = connector(x, catch_up=4).listen('{"at": %s, "id": 5}' % (NOW - 1_000))
    taken = await gather(batches, 4)
    await batches.aclose()
    assert texts(taken) == ["p5", "p6", "p7", "p8"]
    (gap,) = [batch.gap for batch in taken if batch.gap]
    assert (gap.since, gap.until) == (NOW - 1_000, NOW - 400)


async def test_the_stream_itself_may_bridge_a_short_break(x):
    batches = connector(x, backfill=True).listen('{"at": %s, "id": 5}' % (NOW - 130))
    await listening(x, batches)
    await batches.aclose()
    assert x.asks("/2/tweets/search/stream")[0]["backfill_minutes"] == "3"
    assert x.asks("/2/tweets/search/recent") == []


async def test_line_breaks_prove_that_it_is_alive(x):
    told = Told()
    batches = connector(x, told).listen(None)
    await listening(x, batches)
    before = len(told.said)
    await x.say()
    batch = await anext(batches)
    await batches.aclose()
    assert (batch.events, batch.received, batch.gap) == ([], 0, None)
    assert told.said[before:] == [("live", "")]


async def test_what_cannot_be_read_is_counted(x):
    batches = connector(x).listen(None)
    await listening(x, batches)
    await x.say({"data": {"id": "1"}})
    batch = await anext(batches)
    await batches.aclose()
    assert (batch.unreadable, batch.fault) == (1, "post that cannot be read")


async def test_a_problem_in_the_stream_ends_the_session(x):
    told = Told()
    batches = connector(x, told).listen(None)
    await listening(x, batches)
    await x.say({"errors": [{"title": "operational-disconnect", "type": "x"}]})
    x.opened.clear()
    await listening(x, batches)
    await batches.aclose()
    assert ("unreachable", "X ends the stream (operational-disconnect).") in told.said
    assert x.heard == 2


@pytest.mark.parametrize(
    ("error", "words", "cause", "pause"),
    [
        (
            problem(429, "UsageCapExceeded", "usage-capped", period="Monthly"),
            "cap on posts for this monthly",
            "quota",
            3600,
        ),
        (problem(402, "CreditsDepleted", "credits"), "credits at X are used up", "quota", 3600),
        (problem(429, "ConnectionException", connection_issue="TooManyConnections"), "only one may", "quota", 60),
        (problem(429, "Too Many Requests"), "ask too often", "quota", 60),
        (problem(503, "Service Unavailable"), "HTTP 503", "server", 5),
        (problem(409, "RuleConfigurationIssue"), "see `rules`", "setting", 5),
    ],
)
async def test_errors_become_sentences_and_pauses_by_their_kind(x, error, words, cause, pause):
    told = Told()
    x.refusals = [None, None, error]
    batches = connector(x, told).listen(None)
    await listening(x, batches)
    await batches.aclose()
    assert words in told.said[0][1]
    assert told.causes[0] == cause
    assert x.clock.slept[0] == pytest.approx(pause)


async def test_a_rule_that_x_refuses_is_named(x):
    told = Told()
    x.invalid = "lang:"
    batches = connector(x, told, rules=["lang:"]).listen(None)
    await anext(batches)
    task = asyncio.ensure_future(anext(batches))
    await until(lambda: told.said)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert told.said[0] == ("unreachable", "X does not take the rule 'lang:'; see `rules`.")


async def test_a_rule_that_somebody_else_has_too_is_no_matter(x):
    x.taken = True
    batches = connector(x).listen(None)
    await listening(x, batches)
    await batches.aclose()
    assert x.heard == 1


async def test_an_answer_to_a_search_that_cannot_be_read_ends_the_session(x):
    told = Told()
    x.refusals = [None, None, None, None, refusal(200, [])]
    batches = connector(x, told).listen('{"at": %s, "id": 5}' % (NOW - 60))
    await listening(x, batches)
    await anext(batches)
    await batches.aclose()
    assert told.said[1] == ("unreachable", "X answers a search with something that cannot be read.")


async def test_a_cursor_of_another_release_begins_now(x):
    batches = connector(x).listen("17")
    assert (await anext(batches)).cursor == '{"at":1795280000.0,"id":0}'
    await batches.aclose()


async def test_usage_is_asked_for_once_an_hour(x):
    batches = connector(x).listen(None)
    await listening(x, batches)
    x.clock.at += 3_700
    await x.say()
    await anext(batches)
    await x.say()
    await anext(batches)
    await batches.aclose()
    assert len(x.asks("/2/usage/tweets")) == 2


async def test_what_became_of_posts_is_asked_with_one_request(x):
    name = x.write("eins")
    fates = await connector(x).fates((name, "17"))
    assert (fates.there, fates.gone) == ({name}, {"17"})


async def test_the_token_is_missed_refused_and_tried(x):
    assert await connector(x).probe() == "X answers and takes the token; 0 rules of this source are in force."
    with pytest.raises(CredentialMissing, match=r"EMBERWATCH_X_TOKEN.*console\.x\.com"):
        await connector(x, token=None).probe()
    with pytest.raises(CredentialMissing, match="refuses the key") as refused:
        await connector(x, token="wrong-token").probe()
    assert "wrong-token" not in str(refused.value)
    batches = connector(x, token="wrong-token").listen(None)
    await anext(batches)
    with pytest.raises(CredentialMissing):
        await anext(batches)


async def test_without_rules_the_brands_are_heard(x):
    batches = connector(x, rules=[]).listen(None)
    await listening(x, batches)
    await batches.aclose()
    assert '"Nord  Strom"' in str(x.rules)
    nobody = XConnector(Setting("x", XOptions(token=TOKEN, url=x.url), x.clock, Path(), Told()))
    with pytest.raises(SourceUnavailable, match="write `rules`"):
        await anext(nobody.listen(None))
    with pytest.raises(TypeError):
        XConnector(Setting("x", PushOptions(), SystemClock(), Path(), Told()))
