import json

import pytest

from ingest.wires import meta, telegram, whatsapp
from ingest.wires.tree import branch, document, moment, rows, words

NOW = 1_795_291_200.0


def feed(**value):
    entry = {"id": "1", "time": 1_795_280_000, "changes": [{"field": "feed", "value": value}]}
    return meta.read(json.dumps({"object": "page", "entry": [entry]}).encode(), NOW)


def test_what_says_nothing_is_received_and_no_mention():
    for value in (
        {"item": "like", "verb": "add"},
        {"item": "photo", "verb": "add", "post_id": "1_2"},
        {"item": "comment", "verb": "hide", "comment_id": "3"},
    ):
        heard = feed(**value)
        assert (heard.events, heard.received, heard.unreadable) == ([], 1, 0)
    for change in ({"field": "ratings", "value": {}}, {"field": "comments", "value": {"id": "1"}}):
        body = json.dumps({"object": "instagram", "entry": [{"id": "1", "time": 5, "changes": [change]}]}).encode()
        assert meta.read(body, NOW).events == []


def test_an_author_who_is_not_told_belongs_to_the_page():
    [event] = feed(item="status", post_id="1_2", message="Nordlicht").events
    assert (event.author.id, event.published_at) == ("unknown-1", 1_795_280_000)


def test_messages_as_changes_and_comments_without_id_are_read():
    def change(field, value):
        told = {"object": "instagram", "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]}
        return meta.read(json.dumps(told).encode(), NOW)

    [event] = change("messages", {"sender": {"id": "9"}, "message": {"mid": "m", "text": "Hallo"}}).events
    assert (event.kind, event.published_at) == ("message", NOW)
    assert change("comments", {"text": "x"}).fault == "comment without id"
    assert change("messages", {"message": {"text": "x"}}).fault == "message without id"
    assert change("messages", {"message": {"mid": "m"}}).events == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"object": "user"}'])
def test_calls_of_others_are_unreadable(body):
    assert meta.read(body, NOW).unreadable == 1
    assert whatsapp.read(body, NOW).unreadable == 1


def test_whatsapp_counts_what_lacks_its_sender():
    def told(*messages, field="messages"):
        value = {"messages": list(messages)}
        body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": field, "value": value}]}]}
        return whatsapp.read(json.dumps(body).encode(), NOW)

    assert told({"type": "text", "text": {"body": "x"}}).fault == "text message without id or sender"
    assert told({"type": "revoke", "revoke": {}}).fault == "revoke message without id or sender"
    assert told({"type": 5}).unreadable == 1
    assert told({"type": "text"}, field="account_update").received == 1
    location = {"type": "location", "location": {"latitude": 1}, "id": "1", "from": "2"}
    assert told(location).events == []


def test_telegram_counts_what_lacks_its_place():
    heard = telegram.read(b'{"deleted_business_messages": {"chat": {}}}', NOW)
    assert heard.fault == "deletion without ids"
    assert telegram.read(b"5", NOW).unreadable == 1
    assert telegram.updates([]) == ([], None)


def test_a_tree_gives_only_what_is_there():
    assert branch({"a": {"b": [1]}}, "a", "b") == {}
    assert list(rows([1, {"x": 2}, None])) == [{"x": 2}]
    assert list(rows({})) == []
    assert [words(value) for value in (" ", 5, True, None, "x", 1.5)] == [None, "5", None, None, "x", None]
    assert document(b"[" * 100_000) is None
    told = (True, "x", float("inf"), -1, 0, [], "1795280000", 1_795_280_000_000, 10**400, 1e308, "1e18")
    assert [moment(value) for value in told] == [None] * 6 + [1_795_280_000.0, 1_795_280_000.0] + [None] * 3
