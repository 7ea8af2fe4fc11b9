"""What platforms answer that is not what was asked for, and what of it can be read all the same."""

import json

import pytest

from app.domain.source import Quota
from app.errors import SourceUnavailable
from ingest.connector import Fates
from ingest.rules import _read
from ingest.wires import appstore, google, google_reviews, playstore, reddit, x, youtube

NONSENSE = (b"", b"<html>", b"[]", b'{"error": 1}', b"null")


@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_is_a_broken_page_and_tells_no_fate(body):
    pages = [
        youtube.threads(body)[0],
        youtube.replies(body, "p", None),
        reddit.listing(body),
        x.search(body) if body != b'{"error": 1}' else x.search(b"[1]"),
        appstore.feed(body, "de"),
        appstore.reviews(body, "1"),
    ]
    assert [(page.broken, page.unreadable, page.events) for page in pages] == [(True, 1, ())] * len(pages)
    assert youtube.videos(body) == ()
    assert youtube.fates(body, frozenset("a")) == Fates()
    assert x.fates(body, frozenset("a")) == Fates()
    assert reddit.fates(body, frozenset("a")) == Fates()
    assert google.reasons(body) == ()
    assert (x.problem(body).title, x.usage(body), appstore.error(body)) == ("", None, "")


def test_reviews_that_are_none_are_broken_but_none_at_all_are_not():
    for body in (b"[]", b"<html>"):
        assert google_reviews.reviews(body).broken
        assert playstore.reviews(body, "a.b").broken
    assert google_reviews.reviews(b"{}").events == playstore.reviews(b"{}", "a.b").events == ()


def test_errors_of_google_are_read_in_both_forms():
    old = {"error": {"errors": [{"reason": "quotaExceeded"}, 7], "code": 403}}
    new = {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"reason": "RATE_LIMIT_EXCEEDED"}]}}
    assert google.reasons(json.dumps(old).encode()) == ("quotaexceeded",)
    assert google.reasons(json.dumps(new).encode()) == ("rate_limit_exceeded", "resource_exhausted")


def test_instants_are_read_to_the_nanosecond():
    assert google.instant("2026-11-20T09:00:00.1Z") == google.instant("2026-11-20T09:00:00.100000999Z")
    with pytest.raises(ValueError, match="Z"):
        google.instant("yesterday.Z")


def test_found_videos_and_includes_that_cannot_be_read_are_left_out():
    found = {"items": [{"id": {"videoId": "v1"}}, {"id": {"channelId": "c"}}, {"id": {"videoId": ""}}]}
    assert youtube.videos(json.dumps(found).encode()) == ("v1",)
    post = {"id": "1", "text": "t", "author_id": "9", "created_at": "2026-11-20T09:00:00Z"}
    line = {"data": post, "includes": {"users": [{"name": 7}, {"id": "9", "username": "ada"}]}}
    (mention,) = x.line(json.dumps(line)).events
    assert mention.author.handle == "ada"
    review = {"id": "1", "attributes": {"createdDate": "2026-11-20T09:00:00Z"}}
    body = {"data": [review], "included": [{"id": 1}, {"id": "r", "type": "other"}]}
    assert len(appstore.reviews(json.dumps(body).encode(), "1").events) == 1


def test_a_line_without_a_post_and_without_a_problem_is_broken():
    assert x.line(b"{}").broken
    assert x.line(b"{").broken


def test_next_pages_are_taken_from_the_address_never_followed():
    body = {"data": [], "links": {"next": "https://elsewhere.example/v1?cursor=abc&limit=1"}}
    assert appstore.reviews(json.dumps(body).encode(), "1").next == "abc"
    body["links"]["next"] = "https://[broken"
    assert appstore.reviews(json.dumps(body).encode(), "1").next is None


def test_limits_of_apple_are_read_from_their_header():
    assert appstore.quota("user-hour-lim:3500;user-hour-rem:500;") == Quota(3500.0, 500.0)
    for header in (None, "", "user-hour-lim:many;user-hour-rem:1", "x"):
        assert appstore.quota(header) is None


@pytest.mark.parametrize(
    ("text", "original"),
    [
        ("Gut", "Gut"),
        ("Gut\n\n(Translated by Google)\nGood", "Gut"),
        ("(Translated by Google) Good\n\n(Original)\nGut", "Gut"),
        ("(Translated by Google) Good", "(Translated by Google) Good"),
    ],
)
def test_what_google_translated_is_left_out(text, original):
    assert google_reviews.original(text) == original


def test_things_of_other_kinds_are_passed_over():
    body = {"data": {"children": [{"kind": "t5", "data": {}}, {"kind": "more", "data": {}}]}}
    page = reddit.listing(json.dumps(body).encode())
    assert (page.events, page.received, page.unreadable) == ((), 2, 0)
    empty = {"reviews": [{"reviewId": "", "comments": []}, {"reviewId": "r", "comments": [{}]}]}
    page = playstore.reviews(json.dumps(empty).encode(), "a.b")
    assert (page.events, page.unreadable) == ((), 1)
    feed = {
        "feed": {
            "entry": {"im:rating": {"label": "1"}, "id": {"label": ""}, "updated": {"label": "2026-11-20T09:00:00Z"}}
        }
    }
    assert appstore.feed(json.dumps(feed).encode(), "de").unreadable == 1


def test_what_are_no_rules_is_said_so():
    with pytest.raises(SourceUnavailable, match="no rules"):
        _read(b"<html>")
