"""The wire of Bluesky's Jetstream, v1 and v2, as events of the domain; no socket inside.

v1 (`/subscribe`): one JSON object a frame, `kind` tells what it is, `time_us` is the cursor.
v2 (`/xrpc/network.bsky.jetstream.subscribeEvents`, subprotocol xrpc.v1.json): the lexicon object in an envelope
`{"$type": "message", "payload": {…}}` (bare ones are read too), `$type` tells what it is, `seq` is the cursor.
"""

from collections import OrderedDict
from typing import Any, Self

import msgspec

from app.domain.instant import from_rfc3339
from app.domain.mention import Author, AuthorRemoval, Deletion, Mention, SourceEvent
from app.errors import SourceUnavailable

CHANNEL = "bluesky"
POSTS = "app.bsky.feed.post"
V2 = "network.bsky.jetstream.subscribeEvents"
LOWEST_TIME = 10**15
"""Cursors below are v2 sequence numbers, above microseconds; as a v2 cursor it means: everything still kept."""

REMOVED = frozenset({"deleted", "takendown"})
"""Account states that are for good; suspended and deactivated accounts come back, and what is wiped does not."""

HANDLES = 100_000
"""Handles kept in memory: identity events tell them, posts carry only the DID."""

DAY = 86_400.0
_TID = "234567abcdefghijklmnopqrstuvwxyz"


class Cursor(msgspec.Struct, frozen=True):
    """Where to resume: `time_us` of v1 or `seq` of v2, and when Jetstream witnessed it.

    Written `time_us`, `seq@time_us`, or `time_us~` for an instant of our clock at which no frame was heard yet.
    """

    place: int
    at: float | None = None
    heard: bool = True

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str` wrote, and the bare numbers of earlier releases."""
        heard = not text.endswith("~")
        place, _, at = text.removesuffix("~").partition("@")
        number = int(place)
        witnessed = int(at) if at else number if number >= LOWEST_TIME else None
        return cls(number, None if witnessed is None else witnessed / 1_000_000, heard)

    def __str__(self) -> str:
        if not self.heard:
            return f"{self.place}~"
        return str(self.place) if self.place >= LOWEST_TIME or not self.at else f"{self.place}@{self.at * 1e6:.0f}"


class Item(msgspec.Struct, frozen=True):
    """One frame: where to resume after it, and what it says to us, if anything."""

    cursor: int | None = None
    event: SourceEvent | None = None
    at: float | None = None
    """When Jetstream witnessed it."""
    fault: str = ""
    """Why it could not be read, in a few words that never quote it."""
    outdated: bool = False
    """The server says that it no longer has all that was asked for."""


class _Identity(msgspec.Struct):
    handle: str | None = None


class _Account(msgspec.Struct):
    active: bool = True
    status: str | None = None


class _Commit(msgspec.Struct):
    operation: str
    collection: str
    rkey: str
    rev: str = ""
    record: msgspec.Raw = msgspec.Raw()


class _FrameV1(msgspec.Struct):
    did: str
    time_us: int
    kind: str
    commit: _Commit | None = None
    identity: _Identity | None = None
    account: _Account | None = None


class _Payload(msgspec.Struct, rename={"type": "$type"}):
    type: str
    seq: int | None = None
    name: str = ""
    did: str = ""
    time: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: msgspec.Raw = msgspec.Raw()
    identity: _Identity | None = None
    account: _Account | None = None


class _Envelope(msgspec.Struct, rename={"type": "$type"}):
    type: str
    payload: msgspec.Raw = msgspec.Raw()
    error: str = ""
    message: str = ""


class _Parent(msgspec.Struct):
    uri: str


class _Reply(msgspec.Struct):
    parent: _Parent


class _Post(msgspec.Struct):
    text: str
    createdAt: str = ""  # noqa: N815 - the wire's own name
    langs: list[str] | None = None
    reply: _Reply | None = None
    embed: Any = None


_v1 = msgspec.json.Decoder(_FrameV1)
_envelope = msgspec.json.Decoder(_Envelope)
_payload = msgspec.json.Decoder(_Payload)
_post = msgspec.json.Decoder(_Post)


class Reader:
    """Reads frames of one stream; remembers handles, because posts carry only the DID."""

    def __init__(self, *, v2: bool = False) -> None:
        self._read = self._read_v2 if v2 else self._read_v1
        self._handles: OrderedDict[str, str] = OrderedDict()

    def read(self, frame: str | bytes) -> Item:
        """Read one frame; a faulty one says only why, an error frame raises `SourceUnavailable`."""
        try:
            return self._read(frame)
        except msgspec.ValidationError:
            return Item(fault="a frame that breaks the contract")
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return Item(fault="a frame that is no JSON")
        except (ValueError, OverflowError):
            return Item(fault="a frame with an impossible time")

    def _read_v1(self, frame: str | bytes) -> Item:
        raw = _v1.decode(frame)
        at = raw.time_us / 1_000_000
        match raw.kind:
            case "commit" if raw.commit:
                return self._commit(raw.did, raw.commit, raw.time_us, at)
            case "identity" if raw.identity:
                self._identity(raw.did, raw.identity)
            case "account" if raw.account:
                return Item(raw.time_us, _account(raw.did, raw.account, at), at)
        return Item(raw.time_us, None, at)

    def _read_v2(self, frame: str | bytes) -> Item:
        envelope = _envelope.decode(frame)
        if envelope.type == "error":
            raise SourceUnavailable(
                f"Jetstream ends the stream: {envelope.error[:80]} {envelope.message[:200]}".strip()
            )
        raw = _payload.decode(envelope.payload if envelope.type == "message" else frame)
        if raw.seq is None:
            return Item(outdated=raw.name == "OutdatedCursor")
        at = from_rfc3339(raw.time)
        match raw.type.rpartition("#")[2]:
            case "commit":
                commit = _Commit(raw.operation, raw.collection, raw.rkey, raw.rev, raw.record)
                return self._commit(raw.did, commit, raw.seq, at)
            case "identity" if raw.identity:
                self._identity(raw.did, raw.identity)
            case "account" if raw.account:
                return Item(raw.seq, _account(raw.did, raw.account, at), at)
        return Item(raw.seq, None, at)

    def _commit(self, did: str, commit: _Commit, cursor: int, at: float) -> Item:
        if commit.collection != POSTS:
            return Item(cursor, None, at)
        uri = f"at://{did}/{POSTS}/{commit.rkey}"
        if commit.operation == "delete":
            return Item(cursor, Deletion(CHANNEL, uri, at), at)
        try:
            post = _post.decode(commit.record)
        except msgspec.MsgspecError:
            return Item(cursor, None, at, fault="a post that breaks the contract")
        return Item(cursor, self._mention(did, uri, commit, post, at), at)

    def _mention(self, did: str, uri: str, commit: _Commit, post: _Post, at: float) -> Mention:
        parent = post.reply.parent.uri if post.reply else None
        quoted = _quoted(post.embed)
        kind = "reply" if parent else "quote" if quoted else "post"
        return Mention(
            channel=CHANNEL,
            id=uri,
            published_at=published(post.createdAt, at),
            text=post.text,
            author=Author(did, self._handle(did), url=f"https://bsky.app/profile/{did}"),
            kind=kind,
            url=f"https://bsky.app/profile/{did}/post/{commit.rkey}",
            language=post.langs[0] if post.langs else None,
            in_reply_to=parent,
            quotes=quoted,
            edited_at=at if commit.operation == "update" else None,
            revision=revision(commit.rev, at),
        )

    def _identity(self, did: str, identity: _Identity) -> None:
        if identity.handle and identity.handle != "handle.invalid":
            self._handles[did] = identity.handle
            self._handles.move_to_end(did)
            if len(self._handles) > HANDLES:
                self._handles.popitem(last=False)
        else:
            self._handles.pop(did, None)

    def _handle(self, did: str) -> str | None:
        handle = self._handles.get(did)
        if handle:
            self._handles.move_to_end(did)
        return handle


def _account(did: str, account: _Account, at: float) -> AuthorRemoval | None:
    if account.active or account.status not in REMOVED:
        return None
    return AuthorRemoval(CHANNEL, did, at)


def _quoted(embed: Any) -> str | None:
    """Return the post that an `app.bsky.embed.record` or `recordWithMedia` embeds."""
    if not isinstance(embed, dict):
        return None
    record = embed.get("record")
    if embed.get("$type") == "app.bsky.embed.recordWithMedia" and isinstance(record, dict):
        record = record.get("record")
    uri = record.get("uri") if isinstance(record, dict) else None
    return uri if isinstance(uri, str) and f"/{POSTS}/" in uri else None


def published(created: str, witnessed: float) -> float:
    """Return when a post was published: as its author's program says, if that is within a day before the witness."""
    try:
        instant = from_rfc3339(created)
    except (ValueError, OverflowError):
        return witnessed
    return instant if witnessed - DAY <= instant <= witnessed else witnessed


def revision(rev: str, witnessed: float) -> int:
    """Return the microseconds in a TID (13 characters, base32-sortable), never later than the witness."""
    latest = int(witnessed * 1_000_000)
    if len(rev) != 13 or any(mark not in _TID for mark in rev):  # noqa: PLR2004 - the length of a TID
        return latest
    number = 0
    for mark in rev:
        number = number << 5 | _TID.index(mark)
    return min(number >> 10, latest)
