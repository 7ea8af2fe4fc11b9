import json

import pytest
from aiohttp import web
from pydantic import ValidationError

from app.errors import SourceUnavailable
from ingest.connectors.feeds import FeedsOptions
from tests.hearing import Hearing
from tests.intake import StillClock
from tests.peers.feeds import FeedSite, rss

pytestmark = pytest.mark.anyio
NOW = 1_795_000_000.0
DAY = 86_400.0


@pytest.fixture
async def site():
    async with FeedSite() as site:
        yield site


@pytest.fixture
def hearing(site, tmp_path):
    """Hears paths of the site, or whole addresses."""

    def hear(*paths, **options):
        urls = [path if path.startswith("http") else site.url + path for path in paths]
        return Hearing("feeds", {"urls": urls, **options}, StillClock(NOW), tmp_path)

    return hear


def entry(name, age=60.0, text="words", **rest):
    return {"guid": f"urn:x:{name}", "at": NOW - age, "title": name, "text": text, **rest}


async def test_articles_come_once_and_changes_again(site, hearing):
    site.put("/feed", rss([entry("a"), entry("b", 50)]))
    heard = await hearing("/feed").rounds(3)
    assert heard.ids == ["urn:x:a", "urn:x:b"]
    site.put("/feed", rss([entry("a", text="other words"), entry("c", 40), entry("b", 50)]))
    await heard.until(lambda hearing: len(hearing.ids) == 4)
    assert heard.ids[2:] == ["urn:x:a", "urn:x:c"]
    assert heard.mentions["urn:x:a"].text == "a\n\nother words"
    assert heard.mentions["urn:x:a"].edited_at
    assert heard.told.said[-1] == ("live", "")


async def test_what_is_as_it_was_costs_nothing(site, hearing):
    site.put("/feed", rss([entry("a")]))
    heard = await hearing("/feed").rounds(4)
    assert [batch.received for batch in heard.batches] == [1, 0, 0, 0]
    assert [batch.cursor is None for batch in heard.batches] == [False, True, True, True]
    assert site.asked[0].headers.get("If-None-Match") is None
    assert site.asked[3].headers["If-None-Match"]
    assert site.asked[3].headers["If-Modified-Since"]


async def test_what_says_the_same_again_is_no_news_either(site, hearing):
    site.put("/feed", rss([entry("a"), {"guid": "urn:x:empty"}]), conditional=False)
    heard = await hearing("/feed").rounds(4)
    assert [(batch.received, batch.unreadable) for batch in heard.batches] == [(2, 1), (0, 0), (0, 0), (0, 0)]


async def test_a_restart_remembers_everything(site, hearing):
    site.put("/feed", rss([entry("a")], "<ttl>10</ttl>"), conditional=False)
    heard = await hearing("/feed").rounds(1)
    await heard.rounds(1)
    assert heard.ids == ["urn:x:a"]


async def test_a_cursor_of_another_release_is_a_first_look(site, hearing):
    site.put("/feed", rss([entry("a"), entry("old", 30 * DAY)]))
    heard = hearing("/feed")
    heard.cursor = '{"x": 1}'
    await heard.rounds(1)
    assert heard.ids == ["urn:x:a"]


async def test_a_feed_that_is_gone_is_given_up_and_says_so(site, hearing):
    site.put("/gone", "", status=410)
    site.put("/feed", rss([entry("a")]))
    heard = await hearing("/gone", "/feed").rounds(6)
    assert site.paths().count("/gone") == 1
    assert "gone for good (HTTP 410)" in heard.reasons[0]
    assert heard.told.said[-1][0] == "live"
    await heard.rounds(2)
    assert site.paths().count("/gone") == 1
    assert heard.told.said[-1][1].startswith("1 of 2 feeds:")


async def test_when_all_are_gone_the_source_is_silent(site, hearing):
    site.put("/gone", "", status=410)
    status, reason, cause = await hearing("/gone").refused()
    assert (status, cause) == ("unreachable", "server")
    assert "take it out of config.yaml" in reason


@pytest.mark.parametrize(("status", "remembered"), [(301, True), (308, True), (302, False), (307, False)])
async def test_moves_for_good_are_remembered(site, hearing, status, remembered):
    site.put("/old", "", status=status, headers={"Location": "/new"})
    site.put("/new", rss([entry("a")]))
    heard = await hearing("/old").rounds(2)
    assert site.paths() == ["/old", "/new", *(() if remembered else ("/old",)), "/new"]
    assert heard.ids == ["urn:x:a"]
    assert json.loads(heard.cursor)[f"{site.url}/old"].get("url", "") == (f"{site.url}/new" if remembered else "")


async def test_a_feed_that_is_not_there_is_asked_again_with_patience(site, hearing):
    heard = hearing("/feed")
    status, reason, cause = await heard.refused()
    assert (status, cause) == ("unreachable", "setting")
    assert "no feed at this address (HTTP 404)" in reason
    site.put("/feed", rss([entry("a")]))
    await heard.until(lambda hearing: hearing.ids == ["urn:x:a"])


async def test_a_move_that_leads_nowhere_is_forgotten(site, hearing):
    site.put("/old", "", status=301, headers={"Location": "/new"})
    site.put("/new", rss([entry("a")]))
    heard = await hearing("/old").rounds(1)
    del site.pages["/new"]
    site.put("/old", rss([entry("a"), entry("b", 20)]))
    await heard.until(lambda hearing: "urn:x:b" in hearing.ids)
    assert heard.ids == ["urn:x:a", "urn:x:b"]


async def test_retry_after_is_kept_to(site, hearing):
    site.refusals.append(web.Response(status=503, headers={"Retry-After": "7000"}))
    site.put("/feed", rss([entry("a")]))
    heard = await hearing("/feed").rounds(1)
    clock = heard.connector._setting.clock
    assert clock.at - NOW >= 7_000
    assert heard.told.causes[0] == "server"


async def test_slow_packed_and_wrongly_encoded_feeds_are_read(site, hearing):
    site.put("/slow", rss([entry("slow")]), drip=40)
    site.put("/packed", rss([entry("packed")]), packed=True)
    site.put("/latin", rss([entry("latin", text="Störung")]).encode("latin-1"), kind="text/xml; charset=utf-8")
    site.put("/broken", rss([entry("broken")])[:-15].replace("words", "a & b"))
    heard = await hearing("/slow", "/packed", "/latin", "/broken").rounds(4)
    assert set(heard.ids) == {"urn:x:slow", "urn:x:packed", "urn:x:latin", "urn:x:broken"}
    assert heard.mentions["urn:x:latin"].text == "latin\n\nStörung"
    assert heard.mentions["urn:x:broken"].text == "broken\n\na & b"


async def test_the_feed_of_a_page_is_found(site, hearing):
    link = '<link rel="alternate" type="application/rss+xml" href="/{0}" title="{0}">'
    site.put(
        "/", f"<!doctype html>{link.format('wrong')}{link.format('rss')}{link.format('comments')}", kind="text/html"
    )
    site.put("/wrong", "", status=500)
    site.put("/rss", rss([entry("a")]))
    site.put("/comments", rss([entry("c", link="https://site.example/a#c1")]))
    heard = await hearing("/").until(lambda hearing: len(hearing.ids) == 2)
    assert heard.ids == ["urn:x:a", "urn:x:c"]
    assert heard.mentions["urn:x:c"].in_reply_to == "https://site.example/a"
    assert site.paths()[:3] == ["/", "/wrong", "/rss"]
    assert await heard.connector.probe() == (
        f"{site.url}/rss is a feed (rss20) of 1 entries, the newest of 2026-11-18T11:05:40.000Z."
    )


async def test_a_page_that_names_no_feed_is_searched_where_feeds_often_are(site, hearing):
    site.put("/blog", "<html>", kind="text/html")
    site.put("/atom.xml", rss([entry("a")]))
    heard = await hearing("/blog").rounds(2)
    assert heard.ids == ["urn:x:a"]
    assert site.paths()[-1] == "/atom.xml"
    del site.pages["/atom.xml"]
    status, reason, cause = await hearing("/blog").refused()
    assert (status, cause) == ("unreachable", "setting")
    assert "give the address of the feed itself" in reason


@pytest.mark.parametrize("what", ["probe", "listen"])
async def test_what_is_no_feed_is_said(site, hearing, what):
    site.put("/feed", "{}", kind="application/json")
    heard = hearing("/feed")
    if what == "probe":
        with pytest.raises(SourceUnavailable, match="something that is no feed"):
            await heard.connector.probe()
        with pytest.raises(SourceUnavailable, match="HTTP 404"):
            await hearing("/nothing").connector.probe()
    else:
        assert "something that is no feed" in (await heard.refused())[1]


async def test_comments_of_articles_are_followed_when_there_are_more(site, hearing):
    article = {"comments": f"{site.url}/a/feed", "replies": 1}
    site.put("/feed", rss([entry("a", **article)]), conditional=False)
    site.put("/a/feed", rss([entry("c1", 30)]))
    heard = await hearing("/feed").until(lambda hearing: len(hearing.ids) == 2)
    assert heard.mentions["urn:x:c1"].in_reply_to == "urn:x:a"
    assert heard.mentions["urn:x:c1"].kind == "comment"
    assert heard.mentions["urn:x:c1"].text == "words"
    site.put("/a/feed", rss([entry("c1", 30), entry("c2", 20)]))
    site.put("/feed", rss([entry("a", comments=f"{site.url}/a/feed", replies=2)]), conditional=False)
    await heard.until(lambda hearing: len(hearing.ids) == 3)
    site.put("/feed", rss([entry("b", 10)]), conditional=False)
    await heard.until(lambda hearing: "urn:x:b" in hearing.ids)
    assert list(json.loads(heard.cursor)) == [f"{site.url}/feed"]


async def test_a_site_of_wordpress_has_a_feed_of_all_comments(site, hearing):
    home = f"<generator>https://wordpress.org/?v=6</generator><link>{site.url}/</link>"
    feed = rss([entry("a", comments=f"{site.url}/a/feed")], home).replace("<link>https://site.example/</link>", "")
    site.put("/feed", feed, conditional=False)
    site.put("/comments/feed/", rss([entry("c", 30)]))
    heard = await hearing("/feed").until(lambda hearing: len(hearing.ids) == 2)
    assert "/a/feed" not in site.paths()
    site.put("/comments/feed/", "", status=410)
    site.put("/a/feed", rss([entry("c2", 20)]))
    await heard.until(lambda hearing: "urn:x:c2" in hearing.ids)
    silent = await hearing("/feed", comments=False).rounds(3)
    assert silent.ids == ["urn:x:a"]


async def test_a_feed_of_comments_that_fails_is_given_up_without_a_word(site, hearing):
    site.put("/feed", rss([entry("a", comments=f"{site.url}/a/feed", replies=1)]))
    heard = await hearing("/feed").until(lambda _: site.paths().count("/a/feed") == 3)
    await heard.rounds(6)
    assert site.paths().count("/a/feed") == 3
    assert heard.reasons == []


async def test_what_became_of_articles_is_asked_at_their_pages(site, hearing):
    site.put("/there", "<html>")
    site.put("/gone", "", status=410)
    site.put("/fails", "", status=500)
    names = [f"{site.url}/{path}" for path in ("there", "gone", "missing", "fails", "there#comment-1")]
    fates = await hearing("/feed").connector.fates([*names, "tag:x:1"])
    assert fates.there == {f"{site.url}/there"}
    assert fates.gone == {f"{site.url}/gone", f"{site.url}/missing"}


@pytest.mark.long
async def test_the_cursor_of_a_hundred_long_feeds_stays_small(site, hearing):
    for number in range(100):
        items = [entry(f"{number}-{place}", place) for place in range(300)]
        site.put(f"/{number}", rss(items[:120] if number < 99 else items), conditional=False)
    heard = await hearing(*(f"/{number}" for number in range(100))).rounds(100)
    assert len(heard.cursor) < 200_000
    assert len(heard.ids) == 100 * 60


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "give `url` or `urls`"),
        ({"url": "ftp://x"}, "the address of a feed"),
        ({"urls": ["https://a b/"]}, "the address of a feed"),
        ({"url": "https://x", "shortest": 900, "longest": 60}, "`longest` must not be less"),
        (
            {"urls": [f"https://x/{number}" for number in range(101)]},
            "101 feeds are too many for one source; spread them, up to 100 each",
        ),
        ({"url": "https://x", "speed": 1}, "Extra inputs"),
    ],
)
def test_options_that_do_not_fit_are_said(options, said):
    with pytest.raises(ValidationError, match=said):
        FeedsOptions(**options)


def test_an_address_that_stands_twice_is_read_once():
    assert FeedsOptions(url="https://a.example", urls=("https://b.example", "https://a.example")).addresses == (
        "https://a.example",
        "https://b.example",
    )
