import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.mention import Deletion
from ingest.wires import mastodon
from ingest.wires.mastodon import Reader, order
from ingest.wires.sse import Event, Lines

PAGE = Path(__file__).parents[3] / "recordings" / "mastodon" / "page.json"
HOME = "https://social.example"


def status(number=1, **more):
    account = {"acct": "anna", "url": f"{HOME}/@anna", "display_name": "Anna", "followers_count": 3}
    said = {"id": str(number), "uri": f"{HOME}/users/anna/statuses/{number}", "created_at": "2026-11-21T18:00:00.000Z"}
    return {**said, "account": account, "content": "<p>Hallo</p>", **more}


def page(*statuses):
    return json.dumps(list(statuses)).encode()


def test_a_page_is_told_oldest_first_with_parents_found_in_it():
    read = Reader("social.example").page(PAGE.read_bytes())
    assert [event.kind for event in read.events] == ["post", "reply", "post", "repost", "quote"]
    first, reply, _, boost, quote = read.events
    assert first.text == (
        "Seit Stunden kein Strom bei @nordlicht & keiner geht ran.\nWas tun?\n\n"
        "#nordlicht example.com/stoerung/karte?sta"
    )
    assert reply.in_reply_to == boost.quotes == quote.quotes == first.id
    assert boost.text == first.text
    assert len(read.ids) == 6
    assert read.newest == max(event.published_at for event in read.events) or read.newest
    assert (read.unreadable, read.fault) == (0, "")


def test_what_is_not_public_is_never_taken():
    reader = Reader("social.example")
    for visibility in ("private", "direct", "limited"):
        assert reader.page(page(status(visibility=visibility))).events == []
    assert len(reader.page(page(status(visibility="unlisted"))).events) == 1


def test_each_version_is_told_once():
    reader = Reader("social.example")
    assert len(reader.page(page(status(2), status(1))).events) == 2
    assert reader.page(page(status(2), status(1))).events == []
    [edit] = reader.page(page(status(1, edited_at="2026-11-21T18:05:00Z"))).events
    assert edit.revision == int(edit.edited_at * 1e6)
    assert reader.page(page(status(1))).events == [], "an older version told late"


def test_the_same_status_of_two_instances_is_one_mention_of_one_revision():
    told = status(uri="https://two.example/users/bert/statuses/7", content="<p>Hallo @anna</p>")
    [here] = Reader("one.example").page(page(told)).events
    [there] = Reader("two.example").page(page({**told, "id": "7"})).events
    assert (here.id, here.revision) == (there.id, there.revision)


def test_a_deletion_is_translated_from_memory():
    reader = Reader("social.example")
    reader.page(page(status(1)))
    assert reader.event("delete", b"1", 5.0).events == [Deletion("mastodon", f"{HOME}/users/anna/statuses/1", 5.0)]
    assert reader.event("delete", b"1", 5.0).events == []
    assert reader.event("notification", b"{}", 5.0).events == []
    assert [event.text for event in reader.event("update", page(status(2))[1:-1], 5.0).events] == ["Hallo"]


def test_ids_are_known_from_memory_or_from_the_instances_own_addresses():
    reader = Reader("social.example")
    reader.page(page(status(5, uri="https://two.example/objects/x")))
    assert reader.id_of("https://two.example/objects/x") == "5"
    assert reader.id_of(f"{HOME}/users/anna/statuses/77") == "77"
    assert reader.id_of(f"{HOME}/ap/users/1/statuses/78/") == "78"
    assert reader.id_of("https://two.example/objects/y") is None
    assert reader.id_of(f"{HOME}/@anna/..%2f") is None
    assert reader.id_of("https://[") is None


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(mastodon, "REMEMBERED", 2)
    reader = Reader("social.example")
    reader.page(page(status(3), status(2), status(1)))
    assert reader.latest(9) == ["2", "3"]
    assert reader.id_of("https://elsewhere.example/1") is None


@pytest.mark.parametrize(
    "broken",
    [{"uri": 5}, {"created_at": "gestern"}, {"account": None}],
)
def test_a_broken_status_is_counted_and_its_id_kept_so_that_reading_goes_on(broken):
    read = Reader("social.example").page(page(status(2), {**status(1), **broken}))
    assert (len(read.events), read.ids, read.unreadable) == (1, ("1", "2"), 1)
    assert read.fault == "a status that breaks the contract"


def test_what_is_no_page_is_a_fault():
    reader = Reader("social.example")
    assert reader.page(b"<html>").fault == "a page that is no list of statuses"
    assert reader.page(b'[5, {"id": 5}]').ids == ()
    assert reader.event("update", b"undefined", 5.0).unreadable == 1


def test_authors_without_an_address_go_by_their_handle():
    one = status(account={"acct": "anna"})
    [event] = Reader("social.example").page(page(one)).events
    assert (event.author.id, event.author.url) == ("anna@social.example", None)


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [
        ({"state": "accepted", "quoted_status": {"uri": "u"}}, "u"),
        ({"state": "pending", "quoted_status": None}, None),
        ({"uri": "u", "id": "1"}, "u"),
        (5, None),
    ],
)
def test_quotes(quote, quoted):
    [event] = Reader("social.example").page(page(status(quote=quote))).events
    assert (event.quotes, event.kind) == (quoted, "quote" if quoted else "post")


def test_ids_are_in_order_as_numbers_are():
    assert sorted(["100", "99", "9"], key=order) == ["9", "99", "100"]


def test_lines_become_events():
    lines = Lines()
    said = ":)\n:thump\n\nevent: update\ndata: a\ndata:  b\n\ndata: c\nretry: 5\n\nevent: lost\n\n"
    told = [event for line in said.split("\n") if (event := lines.take(line))]
    assert told == [Event("update", b"a\n b"), Event("message", b"c")]


@given(st.binary())
def test_no_bytes_break_the_reader(piece):
    reader = Reader("social.example")
    reader.page(piece)
    reader.event("update", piece, 5.0)
    reader.event("delete", piece, 5.0)
