import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.mention import AuthorRemoval, Deletion, Mention
from app.errors import SourceUnavailable
from benchmarks.jetstream import tid
from ingest.wires import jetstream
from ingest.wires.jetstream import LOWEST_TIME, POSTS, V2, Cursor, Item, Reader, published, revision

RECORDINGS = Path(__file__).parents[3] / "recordings" / "bluesky"
AT = 1_795_000_000.0
DID = "did:plc:anna"


def v1(kind, said, at=AT):
    return json.dumps({"did": DID, "time_us": int(at * 1e6), "kind": kind, kind: said})


def commit(operation="create", *, record=None, collection=POSTS, rev=None, rkey="3k"):
    said = {"rev": rev or tid(int(AT * 1e6) - 7), "operation": operation, "collection": collection, "rkey": rkey}
    return v1("commit", said | ({"record": record} if record is not None else {}))


def post(**record):
    return commit(record={"$type": POSTS, "text": "Hallo", "createdAt": "2026-11-18T07:06:39.000Z", **record})


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_both_wires_say_the_same(version):
    reader = Reader(v2=version == "v2")
    said = [reader.read(line) for line in (RECORDINGS / f"{version}.jsonl").read_text("utf-8").splitlines()]
    assert not any(item.fault for item in said)
    assert [item.cursor for item in said] == sorted(item.cursor for item in said)
    assert [type(item.event) for item in said] == [
        type(None), Mention, Mention, Mention, Mention, Deletion, type(None), AuthorRemoval, type(None),
    ]  # fmt: skip
    post, reply, quote, edit = (item.event for item in said[1:5])
    assert (post.kind, post.language, post.author.handle) == ("post", "de", "anna.example")
    assert post.url == f"https://bsky.app/profile/did:plc:anna/post/{post.id.rpartition('/')[2]}"
    assert (reply.kind, reply.in_reply_to) == ("reply", post.id)
    assert (quote.kind, quote.quotes) == ("quote", post.id)
    assert edit.id == post.id
    assert edit.revision > post.revision
    assert edit.edited_at == said[4].at
    assert said[5].event.id == post.id
    assert said[7].event == AuthorRemoval("bluesky", "did:plc:anna", said[7].at)


def test_both_recordings_hold_the_same_events():
    both = []
    for version in ("v1", "v2"):
        reader = Reader(v2=version == "v2")
        lines = (RECORDINGS / f"{version}.jsonl").read_text("utf-8").splitlines()
        both.append([reader.read(line).event for line in lines])
    assert both[0] == both[1]


def test_a_bare_v2_payload_is_read_and_strangers_are_passed_over():
    reader = Reader(v2=True)
    gone = {"$type": f"{V2}#commit", "seq": 7, "did": DID, "time": "2026-11-18T07:06:40.000001Z", "rev": "x",
            "operation": "delete", "collection": POSTS, "rkey": "3k"}  # fmt: skip
    item = reader.read(json.dumps(gone))
    assert (item.cursor, item.event.id) == (7, f"at://{DID}/{POSTS}/3k")
    info = {"$type": "message", "payload": {"$type": f"{V2}#info", "name": "OutdatedCursor"}}
    assert reader.read(json.dumps(info)) == Item(outdated=True)
    sync = {"$type": f"{V2}#sync", "seq": 8, "did": DID, "time": "2026-11-18T07:06:40Z", "sync": {}}
    assert reader.read(json.dumps(sync)) == Item(8, None, item.at - 1e-6)
    with pytest.raises(SourceUnavailable, match="ConsumerTooSlow"):
        reader.read('{"$type":"error","error":"ConsumerTooSlow","message":"read faster"}')


@given(st.binary() | st.text() | st.builds(json.dumps, st.dictionaries(st.sampled_from(
    ["$type", "did", "time_us", "kind", "commit", "payload", "seq", "time"]), st.text() | st.integers() | st.none(),
)))  # fmt: skip
def test_no_frame_breaks_the_reader(frame):
    for reader in (Reader(), Reader(v2=True)):
        try:
            reader.read(frame)
        except SourceUnavailable:
            assert b"error" in (frame if isinstance(frame, bytes) else frame.encode())


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (post(text=5), "a post that breaks the contract"),
        (post(langs="de"), "a post that breaks the contract"),
        (post(reply={}), "a post that breaks the contract"),
        (commit(), "a post that breaks the contract"),
        ('{"did":5}', "a frame that breaks the contract"),
        ("{", "a frame that is no JSON"),
        ("[" * 100_000, "a frame that breaks the contract"),
    ],
)
def test_a_faulty_frame_says_only_why(frame, fault):
    item = Reader().read(frame)
    assert item.event is None
    assert item.fault == fault


def test_an_impossible_time_is_a_fault():
    late = {"$type": f"{V2}#sync", "seq": 8, "did": DID, "time": "gestern", "sync": {}}
    assert Reader(v2=True).read(json.dumps(late)).fault == "a frame with an impossible time"


@pytest.mark.parametrize(
    ("written", "cursor"),
    [
        ("1795000000000001", Cursor(1_795_000_000_000_001, 1_795_000_000.000001)),
        ("1795000000000001~", Cursor(1_795_000_000_000_001, 1_795_000_000.000001, heard=False)),
        ("17@1795000000000001", Cursor(17, 1_795_000_000.000001)),
        ("17", Cursor(17)),
    ],
)
def test_a_cursor_is_read_as_it_was_written(written, cursor):
    assert Cursor.read(written) == cursor
    assert str(cursor) == written


@given(st.integers(LOWEST_TIME, 4 * LOWEST_TIME), st.integers(1, LOWEST_TIME - 1))
def test_cursors_go_around(time, seq):
    for cursor in (
        Cursor(time, time / 1e6),
        Cursor(seq, time / 1e6),
        Cursor(seq),
        Cursor(time, time / 1e6, heard=False),
    ):
        assert str(Cursor.read(str(cursor))) == str(cursor)


def test_only_accounts_that_are_gone_for_good_take_their_posts_along():
    states = [(False, "deleted"), (False, "takendown"), (False, "suspended"), (False, "deactivated"), (True, "deleted"),
              (False, None)]  # fmt: skip
    gone = [Reader().read(v1("account", {"active": active, "status": status})).event for active, status in states]
    assert [isinstance(event, AuthorRemoval) for event in gone] == [True, True, False, False, False, False]


def test_handles_come_from_identities_and_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(jetstream, "HANDLES", 2)
    reader = Reader()

    def tell(did, handle):
        reader.read(v1("identity", {"did": did, "handle": handle}).replace(DID, did))

    tell(DID, "anna.example")
    assert reader.read(post()).event.author.handle == "anna.example"
    tell("did:b", "b.example")
    reader.read(post())
    tell("did:c", "c.example")
    assert list(reader._handles) == [DID, "did:c"]
    tell(DID, "handle.invalid")
    assert reader.read(post()).event.author.handle is None
    tell("did:c", None)
    assert not reader._handles


def test_other_collections_and_unknown_kinds_are_passed_over():
    reader = Reader()
    assert reader.read(commit(collection="app.bsky.feed.like", record={})).event is None
    assert reader.read(v1("weather", {})).cursor


@pytest.mark.parametrize(
    ("embed", "quoted"),
    [
        ({"$type": "app.bsky.embed.record", "record": {"uri": f"at://x/{POSTS}/1", "cid": "c"}}, True),
        ({"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": f"at://x/{POSTS}/1"}}}, True),
        ({"$type": "app.bsky.embed.record", "record": {"uri": "at://x/app.bsky.feed.generator/1"}}, False),
        ({"$type": "app.bsky.embed.recordWithMedia", "record": 5}, False),
        ({"$type": "app.bsky.embed.record", "record": {"uri": 5}}, False),
        ({"$type": "app.bsky.embed.images"}, False),
        ("odd", False),
    ],
)
def test_quotes(embed, quoted):
    event = Reader().read(post(embed=embed)).event
    assert event.quotes == (f"at://x/{POSTS}/1" if quoted else None)
    assert event.kind == ("quote" if quoted else "post")


@pytest.mark.parametrize(
    ("created", "wanted"),
    [
        ("2026-11-18T11:06:30Z", AT - 10),
        ("2026-11-18T12:06:30+01:00", AT - 10),
        ("2026-11-18T11:06:41Z", AT),
        ("2026-11-17T11:06:39Z", AT),
        ("2020-01-01T00:00:00Z", AT),
        ("2026-11-18T11:06:30", AT),
        ("gestern", AT),
        ("", AT),
    ],
)
def test_a_post_is_as_old_as_its_author_says_if_that_can_be(created, wanted):
    assert published(created, AT) == wanted


def test_revisions_are_the_microseconds_of_a_tid_never_later_than_the_witness():
    assert revision(tid(int(AT * 1e6) - 7), AT) == int(AT * 1e6) - 7
    assert revision("3mmoojpaqkn2z", 2e9) == 1_779_719_008_901_651
    assert revision(tid(int(AT * 1e6) + 7), AT) == int(AT * 1e6)
    assert revision("kaputt", AT) == revision("1" * 13, AT) == int(AT * 1e6)
