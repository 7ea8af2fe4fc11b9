import pytest
from aiohttp import web
from pydantic import ValidationError

from app.errors import CredentialMissing, SourceUnavailable
from ingest.connectors.wordpress import WordpressOptions
from tests.hearing import Hearing
from tests.intake import StillClock
from tests.peers.peer import told
from tests.peers.wordpress import FakeWordpress

pytestmark = pytest.mark.anyio
NOW = 1_795_000_000.0
DAY = 86_400.0


@pytest.fixture
async def blog():
    async with FakeWordpress() as blog:
        yield blog


@pytest.fixture
def clock():
    return StillClock(NOW)


@pytest.fixture
def hearing(blog, clock, tmp_path):
    return lambda **options: Hearing("wordpress", {"url": blog.url, **options}, clock, tmp_path)


async def test_posts_then_comments_come_once(blog, hearing):
    blog.post(1, NOW - 100, "Nordlicht")
    blog.post(2, NOW - 30 * DAY, "long ago")
    blog.comment(7, 1, NOW - 50, "first")
    blog.comment(8, 1, NOW - 40, "second", parent=7)
    heard = await hearing().until(lambda _: len(blog.asked) >= 6)
    assert heard.ids == [f"{blog.url}/?p=1", f"{blog.url}/?p=1#comment-7", f"{blog.url}/?p=1#comment-8"]
    post, _, answer = heard.mentions.values()
    assert (post.text, post.author.name, post.kind) == ("Post 1\n\nNordlicht", "Ada", "article")
    assert answer.in_reply_to == f"{blog.url}/?p=1#comment-7"
    assert heard.told.said[-1] == ("live", "")


async def test_a_blog_without_pretty_permalinks_is_read(blog, hearing):
    blog.plain = True
    blog.post(1, NOW - 100, "Nordlicht")
    blog.comment(7, 1, NOW - 50, "first")
    heard = await hearing().until(lambda hearing: len(hearing.ids) == 2)
    assert blog.paths()[:3] == ["/wp-json/wp/v2/posts", "/", "/"]
    assert heard.reasons == []


async def test_edits_come_again_and_late_released_comments_come(blog, hearing, clock):
    blog.post(1, NOW - 100, "Nordlicht")
    blog.comment(7, 1, NOW - 50, "first")
    heard = await hearing().until(lambda hearing: len(hearing.ids) == 2)
    blog.post(1, NOW - 100, "Nordlicht, corrected", modified=clock.at)
    blog.comment(7, 1, NOW - 50, "first, corrected")
    blog.comment(6, 1, NOW - 2 * DAY, "released late")
    await heard.until(lambda hearing: len(hearing.ids) == 5)
    assert heard.mentions[f"{blog.url}/?p=1"].text.endswith("corrected")
    assert heard.mentions[f"{blog.url}/?p=1"].revision
    assert heard.mentions[f"{blog.url}/?p=1#comment-7"].edited_at
    assert f"{blog.url}/?p=1#comment-6" in heard.ids
    assert len(set(heard.ids)) == 3


async def test_hundreds_with_the_same_instant_all_come(blog, hearing):
    for number in range(1, 251):
        blog.post(number, NOW - 1000 + number // 120, f"text {number}")
    heard = await hearing(comments=False).until(lambda hearing: len(hearing.ids) == 250)
    assert len(set(heard.ids)) == 250


async def test_an_edit_between_two_pages_hides_nothing(blog, hearing, clock):
    for number in range(1, 201):
        blog.post(number, NOW - 1000 + number, f"text {number}")

    def meddle(heard):
        if len(heard.batches) == 1:
            for number in range(1, 51):
                blog.post(number, NOW - 1000 + number, "moved", modified=clock.at)
        return {event.id for event in heard.events} == {f"{blog.url}/?p={number}" for number in range(1, 201)}

    await hearing(comments=False).until(meddle)


async def test_a_restart_goes_on_from_the_cursor(blog, hearing):
    blog.post(1, NOW - 100, "Nordlicht")
    blog.comment(7, 1, NOW - 50, "first")
    heard = await hearing().until(lambda hearing: len(hearing.batches) == 3)
    blog.post(2, NOW - 10, "more")
    await heard.until(lambda hearing: len(hearing.batches) == 6)
    assert heard.ids == [f"{blog.url}/?p=1", f"{blog.url}/?p=1#comment-7", f"{blog.url}/?p=2"]
    heard.cursor = "[]"
    await heard.rounds(1)


async def test_the_credential_is_used_and_missed(blog, hearing):
    blog.password = "right"
    blog.post(1, NOW - 100, "Nordlicht")
    assert (await hearing(user="emberwatch", password="right").rounds(1)).ids == [f"{blog.url}/?p=1"]
    assert "1 posts, the newest" in await hearing(user="emberwatch", password="right").connector.probe()
    for options, said in (({}, "Set `user`"), ({"user": "emberwatch", "password": "wrong"}, "incorrect_password")):
        status, reason, cause = await hearing(**options).refused()
        assert (status, cause) == ("failed", "credential")
        assert said in reason
        assert "EMBERWATCH_QUELLE_PASSWORD" in reason
    with pytest.raises(CredentialMissing, match="EMBERWATCH_QUELLE_PASSWORD"):
        await hearing(user="emberwatch").connector.fates([f"{blog.url}/?p=1"])


@pytest.mark.parametrize(
    ("refusal", "cause", "said"),
    [
        (told({"code": "rest_invalid_param"}, 400), "server", "rest_invalid_param"),
        (web.Response(status=400), "server", "HTTP 400"),
        (web.Response(status=403), "credential", "application password"),
        (told({}, 429, Retry_After="90"), "quota", "90 s"),
        (web.Response(status=500), "server", "HTTP 500"),
    ],
)
async def test_errors_are_told_in_words(blog, hearing, refusal, cause, said):
    blog.refusals.append(refusal)
    _, reason, told_cause = await hearing().refused()
    assert (told_cause, said in reason) == (cause, True), reason


async def test_where_no_wordpress_is_that_is_said(blog, hearing):
    blog.refusals.extend([web.Response(status=404), told({"code": "rest_no_route"}, 404)])
    _, reason, cause = await hearing().refused()
    assert cause == "setting"
    assert "no WordPress REST API" in reason


async def test_a_page_behind_the_end_is_an_end(blog, hearing):
    blog.refusals.append(told({"code": "rest_post_invalid_page_number"}, 400))
    heard = await hearing(comments=False).rounds(1)
    assert (heard.ids, heard.batches[0].received) == ([], 0)


async def test_what_cannot_be_read_is_counted(blog, hearing):
    blog.post(1, NOW - 100, "x")
    blog.posts[1]["id"] = "?"
    heard = await hearing().rounds(1)
    assert (heard.batches[0].unreadable, heard.batches[0].fault) == (1, "a post that cannot be read")
    blog.refusals.append(told({"no": "list"}))
    assert (await hearing().rounds(1)).batches[0].fault == "an answer that is no list"


async def test_what_is_not_public_any_more_is_gone(blog, hearing):
    blog.post(1, NOW, "x")
    blog.comment(7, 1, NOW, "x")
    names = [f"{blog.url}/?p={rest}" for rest in ("1", "2", "1#comment-7", "1#comment-8")]
    fates = await hearing().connector.fates([*names, "https://other.example/?p=1", "nothing"])
    assert fates.there == {names[0], names[2]}
    assert fates.gone == {names[1], names[3]}
    blog.refusals.append(told({"no": "list"}))
    assert await hearing().connector.fates(names[:1]) == type(fates)()
    blog.refusals.append(web.Response(status=500))
    with pytest.raises(SourceUnavailable):
        await hearing().connector.fates(names[:1])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "blog.example"}, "address of the blog"),
        ({"url": "https://blog.example/?x=1"}, "address of the blog"),
        ({"url": "https://blog.example", "shortest": 90, "longest": 60}, "must not be less"),
        ({}, "Field required"),
    ],
)
def test_options_that_do_not_fit_are_said(options, said):
    with pytest.raises(ValidationError, match=said):
        WordpressOptions(**options)
