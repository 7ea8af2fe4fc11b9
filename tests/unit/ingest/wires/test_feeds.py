import gzip
import time

import pytest

from app.domain.instant import from_rfc3339
from ingest.wires.body import TAGS, bounded
from ingest.wires.feeds import Source, read
from ingest.wires.page import guesses, likely, links, may_name

NOW = from_rfc3339("2026-11-21T20:00:00Z")
ADDRESS = "https://site.example/feed"


def one(item, *, address=ADDRESS, **rest):
    body = f'<rss version="2.0"><channel><title>T</title><item>{item}</item></channel></rss>'
    return read(body.encode(), Source(address, **rest), NOW).items[0]


def test_hints_are_read():
    body = b"<rss version='2.0'><channel><ttl>90</ttl><skipHours><hour>2</hour><hour>24</hour></skipHours>"
    feed = read(body + b"<skipDays><day>Sunday</day><day>Never</day></skipDays></channel></rss>", Source(ADDRESS), NOW)
    assert (feed.every, feed.hours, feed.days) == (5400.0, {0, 2}, {6})


def test_update_periods_are_divided_by_their_frequency():
    space = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    body = f"<rss version='2.0' {space}><channel><sy:updatePeriod>daily</sy:updatePeriod>"
    feed = read(f"{body}<sy:updateFrequency>4</sy:updateFrequency></channel></rss>".encode(), Source(ADDRESS), NOW)
    assert feed.every == 21_600.0


@pytest.mark.parametrize("date", ["Sat, 21 Nov 2037 10:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", ""])
def test_a_date_that_cannot_be_one_is_none(date):
    item = one(f"<title>x</title><guid>urn:x:1</guid><pubDate>{date}</pubDate>")
    assert not item.dated
    assert item.mention.published_at == NOW


def test_an_id_holds_everywhere_or_is_named_after_its_feed():
    assert one("<guid>urn:x:1</guid><title>t</title>").mention.id == "urn:x:1"
    assert one('<guid isPermaLink="false">17</guid><title>t</title>').mention.id == f"{ADDRESS}#17"
    assert one("<link>https://site.example/a</link><title>t</title>").mention.id == "https://site.example/a"
    digest = one("<title>only words</title>").mention.id
    assert digest.startswith(f"{ADDRESS}#")
    assert digest == one("<title>only words</title>").mention.id != one("<title>other words</title>").mention.id


def test_a_feed_that_repeats_an_entry_gives_it_once():
    item = "<item><guid>urn:x:1</guid><title>first</title></item>"
    body = f"<rss version='2.0'><channel>{item}{item.replace('first', 'second')}</channel></rss>"
    assert [item.mention.text for item in read(body.encode(), Source(ADDRESS), NOW).items] == ["first"]


def test_comments_name_what_they_answer():
    link = "<link>https://site.example/a#c5</link><title>t</title><description>Yes.</description>"
    assert one(f"<guid>5</guid>{link}", comments=True).mention.in_reply_to == "https://site.example/a"
    assert one(f"<guid>5</guid>{link}", comments=True, parent="urn:x:1").mention.in_reply_to == "urn:x:1"
    assert one(
        f"<guid isPermaLink='false'>https://s.example/?p=1#comment-5</guid>{link}", comments=True
    ).mention.in_reply_to == ("https://s.example/?p=1")
    comment = one("<guid isPermaLink='false'>5</guid><title>t</title>", comments=True).mention
    assert (comment.kind, comment.in_reply_to) == ("comment", None)


def test_scripts_and_mail_addresses_do_not_come_along():
    item = one(
        "<guid>5</guid><title>t</title><author>x@example.org</author><description>&lt;script&gt;a()&lt;/script&gt;b</description>"
    )
    assert item.mention.text == "t\n\nb"
    assert "@" not in item.mention.author.id + str(item.mention.author.name)


def test_a_link_that_is_none_is_left_out():
    assert one("<guid>5</guid><title>t</title><link>javascript:alert(1)</link>").mention.url is None
    assert one("<guid>5</guid><title>t</title><link>https://[bad</link>").mention.url is None


def test_bytes_that_are_packed_without_a_word_are_unpacked():
    body = b"<rss version='2.0'><channel><item><title>x</title></item></channel></rss>"
    assert len(read(gzip.compress(body), Source(ADDRESS), NOW).items) == 1
    assert not read(b"\x1f\x8bnothing", Source(ADDRESS), NOW).form


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>hello",
        b'{"version": 1}',
        b'{"version": "https://jsonfeed.org/version/1"}',
        b"{",
        b"plain words",
    ],
)
def test_what_is_no_feed_is_told(body):
    feed = read(body, Source(ADDRESS), NOW)
    assert (feed.form, feed.unreadable) == ("", 1)


@pytest.mark.parametrize(
    "body", [b"<html>" + b"<div>" * 200_000, b"<rss>" + b"<skipHours>" * 5_000, b"<deleted-entry " * 20_000]
)
def test_markup_made_to_keep_us_busy_is_read_in_time(body):
    started = time.process_time()
    read(body, Source(ADDRESS), NOW)
    assert time.process_time() - started < 3


def test_entities_are_not_unfolded_nor_fetched():
    ten = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(9))
    body = f'<!DOCTYPE x [{ten}<!ENTITY e SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item>'
    text = read(f"{body}<title>&l8;&e;</title></item></channel></rss>".encode(), Source(ADDRESS), NOW).items[0]
    assert text.mention.text == "&l8;&e;"


def test_entries_of_a_json_feed_that_are_none_are_counted():
    body = b'{"version": "https://jsonfeed.org/version/1", "items": [1, {"id": "a"}, {"id": "urn:b:1", "title": 7}]}'
    feed = read(body, Source(ADDRESS), NOW)
    assert [item.mention.id for item in feed.items] == ["urn:b:1"]
    assert feed.unreadable == 2
    author = (
        b'{"version": "https://jsonfeed.org/version/1", "author": {"name": 7}, "items": [{"id": "c", "title": "x"}]}'
    )
    assert read(author, Source(ADDRESS), NOW).items[0].mention.author.name == "site.example"


def test_deleted_entries_without_a_name_are_left_out_and_without_a_date_are_now():
    gone = b"<at:deleted-entry when='x'/><at:deleted-entry ref='urn:x:1'/>"
    body = b"<feed xmlns='http://www.w3.org/2005/Atom'>" + gone + b"</feed>"
    assert [(gone.id, gone.deleted_at) for gone in read(body, Source(ADDRESS), NOW).deletions] == [("urn:x:1", NOW)]


def test_an_enormous_feed_is_read_up_to_a_bound_that_is_told():
    first = b"<rss version='2.0'><channel><item><guid>urn:x:1</guid><title>x</title></item>"
    feed = read(first + b"< " * 3 * TAGS, Source(ADDRESS), NOW)
    assert [item.mention.id for item in feed.items] == ["urn:x:1"]
    assert (feed.received, feed.unreadable, feed.fault) == (
        2,
        1,
        "a feed of more than 20,000 tags, whose rest is not read",
    )


def test_what_is_read_of_a_document_is_bounded_by_what_takes_time():
    assert bounded(b"<a/>" * 5) == b"<a/>" * 5
    assert len(bounded(b"<a/>" * 2 * TAGS)) == 4 * TAGS
    assert len(bounded(b"&lt;" * 300_000)) == 800_000
    assert len(bounded(b"<a " + b"b='' " * 300_000)) < 1_000_100


def test_a_page_names_its_feeds_and_those_of_comments():
    page = b"""<html><head><base href="/blog/">
      <link rel="alternate" type="application/rss+xml" title="Blog" href="rss">
      <link rel="alternate" type="application/rss+xml" title="Blog: Kommentare" href="/c">
      <link rel="alternate" type="text/html" hreflang="de" href="/de"><link rel="feed" href="all">
      <link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="ftp://x/y"><link rel="alternate" href="http://[">"""
    found = links(page, "https://site.example/x")
    assert found.articles == ("https://site.example/blog/rss", "https://site.example/blog/all")
    assert found.comments == ("https://site.example/c",)


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://site.example/feed", True),
        ("https://feeds.other.example/1", True),
        ("https://93.184.215.14/feed", True),
        ("http://169.254.169.254/latest", False),
        ("http://127.0.0.1:6379/", False),
        ("http://[::1]/", False),
        ("http://localhost:8050/metrics", False),
        ("http://redis:6379/", False),
        ("nothing", False),
        ("http://[", False),
    ],
)
def test_a_site_does_not_send_us_into_private_networks(url, may):
    assert may_name(url, "https://site.example/") is may


def test_a_site_in_a_private_network_names_its_own_feeds():
    assert may_name("http://10.0.0.5/feed", "http://10.0.0.5/")
    assert may_name("http://intranet/feed", "http://intranet/")
    assert not may_name("http://10.0.0.6/feed", "http://10.0.0.5/")


def test_where_feeds_often_are_begins_beside_the_page():
    assert guesses("https://site.example/blog")[0] == "https://site.example/blog/feed/"
    assert "https://site.example/feed.xml" in guesses("https://site.example/blog")
    assert likely(b"  <!DOCTYPE HTML>", "")
    assert likely(b"", "text/html; charset=utf-8")
    assert not likely(b"<?xml", "text/xml")
