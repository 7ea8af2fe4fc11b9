import pytest
from pydantic import ValidationError

from app.domain.source import Quota
from app.errors import SourceUnavailable
from ingest.connectors.stackexchange import StackexchangeOptions
from tests.hearing import Hearing
from tests.intake import StillClock
from tests.peers.peer import told
from tests.peers.stackexchange import KEY, FakeStackExchange, error

pytestmark = pytest.mark.anyio
NOW = 1_795_000_000.0
DAY = 86_400.0
SITE = "stackoverflow"


@pytest.fixture
def clock():
    return StillClock(NOW)


@pytest.fixture
async def api(clock):
    async with FakeStackExchange(clock) as api:
        yield api


@pytest.fixture
def hearing(api, clock, tmp_path):
    return lambda **options: Hearing(
        "stackexchange", {"url": api.api, "query": "nordlicht", **options}, clock, tmp_path
    )


async def test_questions_answers_and_comments_come_once(api, hearing):
    api.put("questions", 1, NOW - 100, "How?")
    api.put("questions", 2, NOW - 30 * DAY, "long ago")
    api.put("answers", 11, NOW - 90, "So.", parent=1)
    api.put("comments", 21, NOW - 80, "Thanks", parent=11)
    api.put("comments", 22, NOW - 70, "Same here", parent=1)
    heard = await hearing().until(lambda _: api.paths().count("/2.3/search/advanced") == 4)
    assert heard.ids == [f"{SITE}/q/1", f"{SITE}/a/11", f"{SITE}/c/22", f"{SITE}/c/21"]
    assert heard.mentions[f"{SITE}/q/1"].text == "Question 1\n\nHow?"
    assert heard.mentions[f"{SITE}/c/21"].in_reply_to == f"{SITE}/a/11"
    assert heard.batches[0].quota == Quota(300.0, 298.0)
    assert sum("answers" in path for path in api.paths()) == 2, "only what moved is asked for answers, and for comments"
    assert {request.query["filter"] for request in api.asked} == {"withbody"}


async def test_edits_and_new_answers_come(api, hearing, clock):
    api.put("questions", 1, NOW - 100, "How?")
    heard = await hearing(comments=False).rounds(1)
    api.items["questions"][1] |= {"body": "<p>How, then?</p>", "last_edit_date": int(clock.at)}
    api.put("answers", 11, clock.at + 1, "So.", parent=1)
    await heard.until(lambda hearing: len(hearing.ids) == 3)
    assert heard.mentions[f"{SITE}/q/1"].text.endswith("How, then?")
    assert heard.mentions[f"{SITE}/q/1"].revision == int(heard.mentions[f"{SITE}/q/1"].edited_at * 1_000_000)


async def test_comments_that_change_come_again(api, hearing):
    api.put("questions", 1, NOW - 100, "How?")
    api.put("comments", 21, NOW - 80, "Thanks", parent=1)
    heard = await hearing().until(lambda hearing: len(hearing.ids) == 2)
    api.items["comments"][21]["body"] = "No thanks"
    await heard.until(lambda hearing: len(hearing.ids) == 3)
    assert heard.mentions[f"{SITE}/c/21"].text == "No thanks"
    assert heard.mentions[f"{SITE}/c/21"].edited_at


async def test_pages_are_followed_by_their_last_activity(api, hearing):
    for number in range(1, 261):
        api.put("questions", number, NOW - 1000 + number // 150, "x")
        api.put("answers", 1_000 + number, NOW - 1000 + number // 150, "y", parent=number)
    heard = await hearing(comments=False).until(lambda hearing: len(set(hearing.ids)) == 520)
    assert len(heard.ids) == 520
    place = {name: number for number, name in enumerate(heard.ids)}
    assert all(place[f"{SITE}/q/{number}"] < place[f"{SITE}/a/{1_000 + number}"] for number in range(1, 261))


async def test_a_restart_in_the_middle_of_a_round_loses_no_answer(api, hearing):
    for number in range(1, 151):
        api.put("questions", number, NOW - 1000, "x")
        api.put("answers", 1_000 + number, NOW - 900, "y", parent=number)
        api.items["questions"][number]["last_activity_date"] = int(NOW - 500 + number)
    heard = await hearing(comments=False).rounds(1)
    await heard.until(lambda hearing: len(set(hearing.ids)) == 300)
    assert len(heard.ids) == 300
    heard.cursor = "[]"
    await heard.rounds(1)


async def test_backoff_is_kept_to(api, hearing, clock):
    api.backoff["search/advanced"] = 1_000
    heard = await hearing().until(lambda hearing: len(hearing.batches) >= 3)
    assert clock.at >= NOW + 1_000
    assert heard.reasons == []


async def test_the_quota_is_spread_over_the_day(api, hearing, clock):
    heard = hearing(comments=False)
    await heard.until(lambda _: len(api.asked) == 30)
    assert clock.at - NOW >= 29 * 86_400 / 300
    api.left = 10_000
    before = clock.at
    await hearing(comments=False, api_key=KEY, shortest=60, longest=60).rounds(10)
    assert clock.at - before == pytest.approx(9 * 60, abs=5)


async def test_a_quota_that_is_used_up_is_said_and_waited_for(api, hearing, clock):
    api.left = 0
    status, reason, cause = await hearing().refused()
    assert (status, cause) == ("unreachable", "quota")
    assert "throttle_violation" in reason
    assert "EMBERWATCH_QUELLE_API_KEY" in reason
    assert clock.at >= NOW + 78_323


@pytest.mark.parametrize(
    ("refusal", "cause", "said"),
    [
        (error(400, "bad_parameter", "site"), "setting", "bad_parameter: site"),
        (error(403, "access_denied", "no"), "credential", "refuses the key (access_denied)"),
        (error(405, "key_required", "no"), "credential", "stackapps.com"),
        (error(503, "temporarily_unavailable", "no"), "server", "temporarily_unavailable"),
        (error(502, "throttle_violation", "no"), "quota", "10,000 a day"),
        (told([1]), "server", "no answer of the API"),
        (told({"x": 1}, 500), "server", "HTTP 500"),
    ],
)
async def test_errors_are_told_in_words(api, hearing, refusal, cause, said):
    api.refusals.append(refusal)
    _, reason, told_cause = await hearing().refused()
    assert (told_cause, said in reason) == (cause, True), reason


async def test_what_is_missing_in_the_answer_is_gone(api, hearing):
    api.put("questions", 1, NOW, "x")
    api.put("answers", 11, NOW, "x", parent=1)
    api.put("comments", 21, NOW, "x", parent=1)
    ids = [f"{SITE}/{rest}" for rest in ("q/1", "a/11", "c/21", "q/2", "a/12", "c/22")]
    fates = await hearing().connector.fates([*ids, "superuser/q/1", "nothing"])
    assert (fates.there, fates.gone) == (set(ids[:3]), set(ids[3:]))
    api.refusals.append(told({"items": [{"no": "date"}]}))
    with pytest.raises(SourceUnavailable, match="no list of questions"):
        await hearing().connector.fates(ids[:1])


async def test_the_test_button_says_what_is_left(api, hearing):
    api.put("questions", 1, NOW, "x")
    assert await hearing().connector.probe() == (
        "stackoverflow finds 1 questions of the last 30 days; 299 of 300 questions left today."
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "give `query` or `tagged`"),
        ({"query": "x", "site": "Stack Overflow"}, "the name of a site"),
        ({"tagged": ["a b"]}, "no blanks"),
        ({"query": "x", "shortest": 90, "longest": 60}, "must not be less"),
    ],
)
def test_options_that_do_not_fit_are_said(options, said):
    with pytest.raises(ValidationError, match=said):
        StackexchangeOptions(**options)
