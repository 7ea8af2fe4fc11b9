import pytest
from aiohttp import web
from pydantic import ValidationError

from app.domain.mention import Deletion
from ingest.connectors import discourse
from ingest.connectors.discourse import DiscourseOptions
from tests.hearing import Hearing
from tests.intake import StillClock
from tests.peers.discourse import FakeDiscourse, limited
from tests.peers.peer import told

pytestmark = pytest.mark.anyio
NOW = 1_795_000_000.0
DAY = 86_400.0


@pytest.fixture
async def forum():
    async with FakeDiscourse() as forum:
        yield forum


@pytest.fixture
def clock():
    return StillClock(NOW)


@pytest.fixture
def hearing(forum, clock, tmp_path):
    return lambda **options: Hearing("discourse", {"url": forum.url, **options}, clock, tmp_path)


def names(forum, *numbers):
    return [f"{forum.url}/t/1/{number}" for number in numbers]


@pytest.mark.parametrize("old", [False, True])
async def test_posts_come_once_oldest_first(forum, hearing, clock, old):
    forum.old = old
    for number in range(1, 121):
        forum.post(number, NOW - 3 * DAY + number * 1_800, f"text {number}")
    heard = await hearing().rounds(1)
    assert heard.ids == names(forum, *range(48, 121))
    forum.post(121, clock.at, "Nordlicht", reply_to_post_number=120)
    await heard.rounds(2)
    assert heard.ids[73:] == names(forum, 121)
    assert heard.mentions[heard.ids[-1]].in_reply_to == names(forum, 120)[0]
    assert heard.mentions[heard.ids[-1]].place == "Faults"
    assert heard.told.said[-1] == ("live", "")


@pytest.mark.parametrize("old", [False, True])
async def test_a_long_absence_is_caught_up_across_holes(forum, hearing, old):
    forum.old = old
    forum.post(1, NOW - 60, "first")
    heard = await hearing().rounds(1)
    for number in [*range(2, 90), *range(400, 520)]:
        forum.post(number, NOW, f"text {number}")
    await heard.rounds(1)
    assert heard.ids == names(forum, 1, *range(2, 90), *range(400, 520))


async def test_edits_and_deletions_among_the_newest_are_seen(forum, hearing, clock):
    for number in range(1, 5):
        forum.post(number, NOW - 60, f"text {number}")
    heard = await hearing().rounds(1)
    forum.edit(2, clock.at, cooked="<p>other</p>")
    forum.edit(3, clock.at, user_deleted=True)
    await heard.rounds(2)
    assert heard.mentions[names(forum, 2)[0]].text == "other"
    assert heard.mentions[names(forum, 2)[0]].edited_at
    assert [event.id for event in heard.events if isinstance(event, Deletion)] == names(forum, 3)
    assert len(heard.ids) == 6


async def test_a_walk_that_is_cut_goes_on_where_it_stopped(forum, hearing):
    for number in range(1, 131):
        forum.post(number, NOW - 60, f"text {number}")
    heard = hearing()
    forum.refusals.extend([told({"categories": []}), told({"latest_posts": list(forum.posts.values())[:79:-1]})])
    forum.refusals.append(web.Response(status=502))
    await heard.rounds(1)
    assert heard.ids == names(forum, *range(1, 131))
    assert [request.query.get("before") for request in forum.asked[1:5]] == [None, "81", "81", "31"]


async def test_more_posts_than_a_walk_holds_are_a_gap(forum, hearing, monkeypatch):
    monkeypatch.setattr(discourse, "MOST", 2)
    forum.post(1, NOW - 60, "first")
    heard = await hearing().rounds(1)
    for number in range(2, 300):
        forum.post(number, NOW + number, f"text {number}")
    await heard.rounds(1)
    gap = heard.batches[-1].gap
    assert gap is not None
    assert (gap.since, gap.until) == (NOW, NOW + 200)
    assert heard.ids == names(forum, 1, *range(200, 300))


async def test_an_empty_community_is_heard_and_a_broken_cursor_is_a_first_look(forum, hearing):
    heard = hearing()
    heard.cursor = "[]"
    await heard.rounds(2)
    assert heard.ids == []
    forum.post(1, NOW, "first")
    await heard.rounds(1)
    assert heard.ids == names(forum, 1)


async def test_the_key_is_used_and_missed(forum, hearing):
    forum.key = "right"
    forum.post(1, NOW - 60, "first")
    assert (await hearing(api_key="right").rounds(1)).ids == names(forum, 1)
    assert "shows 1 posts, the newest of" in await hearing(api_key="right").connector.probe()
    for options, said in (({}, "only to members"), ({"api_key": "wrong"}, "refuses the key (invalid_access)")):
        status, reason, cause = await hearing(**options).refused()
        assert (status, cause) == ("failed", "credential")
        assert said in reason
        assert "EMBERWATCH_QUELLE_API_KEY" in reason


@pytest.mark.parametrize(
    ("refusal", "cause", "said"),
    [
        (limited(17), "quota", "asking again in 17 s"),
        (web.Response(status=429, headers={"Retry-After": "9"}), "quota", "9 s"),
        (web.Response(status=404), "setting", "no Discourse"),
        (web.Response(status=502), "server", "HTTP 502"),
        (told({"latest": 1}), "server", "no list of posts"),
    ],
)
async def test_errors_are_told_in_words(forum, hearing, refusal, cause, said):
    forum.refusals.extend([told({"categories": []}), refusal])
    _, reason, told_cause = await hearing().refused()
    assert (told_cause, said in reason) == (cause, True), reason


async def test_a_refusal_is_waited_for(forum, hearing, clock):
    forum.post(1, NOW - 60, "first")
    forum.refusals.extend([told({"nothing": 1}), limited(300)])
    heard = await hearing().rounds(1)
    assert heard.ids == names(forum, 1)
    assert clock.at >= NOW + 300


async def test_what_became_of_posts_is_asked_one_by_one(forum, hearing):
    forum.post(1, NOW, "there")
    forum.post(2, NOW, "gone", deleted_at="2026-11-20T10:00:00.000Z")
    forum.post(4, NOW, "closed", topic=2, place=1)
    forum.closed_topics = {2}
    ids = [*names(forum, 1, 2, 3), f"{forum.url}/t/2/1"]
    fates = await hearing().connector.fates([*ids, "https://other.example/t/1/1", "nothing"])
    assert (fates.there, fates.gone) == ({ids[0]}, set(ids[1:]))
    forum.refusals.extend([web.Response(status=500), told({"no": "post"}), limited(9)])
    fates = await hearing().connector.fates(names(forum, 1, 1, 1, 1))
    assert (fates.there, fates.gone) == (set(), set())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "forum.example"}, "address of the community"),
        ({"url": "https://forum.example", "shortest": 90, "longest": 60}, "must not be less"),
    ],
)
def test_options_that_do_not_fit_are_said(options, said):
    with pytest.raises(ValidationError, match=said):
        DiscourseOptions(**options)
