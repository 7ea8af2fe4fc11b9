"""The wire of Mastodon's client API, which most of the Fediverse speaks: statuses as mentions; no socket inside.

A status has an id of the instance that tells it and a `uri` that is the same everywhere; mentions are named by the
`uri`, so that the same status told by two instances is one mention. What only names an id (deletions, parents) is
translated from memory.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from app.domain.instant import from_rfc3339, told_instant
from app.domain.mention import Author, Deletion, Engagement, Mention
from ingest.markup import text_of

CHANNEL = "mastodon"
REMEMBERED = 100_000
"""Statuses of which the instance's own id is kept in memory."""

_PUBLIC = frozenset({"public", "unlisted"})


class Read(NamedTuple):
    """What a piece of the wire says: what is new in it, in order, and how far it goes."""

    events: list[Mention | Deletion]
    ids: tuple[str, ...] = ()
    """The instance's ids of all statuses in it, oldest first, whether or not they are new."""
    newest: float | None = None
    unreadable: int = 0
    fault: str = ""


class _Account(msgspec.Struct):
    acct: str
    url: str = ""
    display_name: str = ""
    followers_count: int | None = None
    created_at: str | None = None


class _Status(msgspec.Struct):
    id: str
    uri: str
    created_at: str
    account: _Account
    content: str = ""
    spoiler_text: str = ""
    visibility: str = "public"
    url: str | None = None
    language: str | None = None
    in_reply_to_id: str | None = None
    edited_at: str | None = None
    reblog: "_Status | None" = None
    quote: Any = None
    favourites_count: int = 0
    replies_count: int = 0
    reblogs_count: int = 0


class _Named(msgspec.Struct):
    id: str


_page = msgspec.json.Decoder(list[msgspec.Raw])
_status = msgspec.json.Decoder(_Status)
_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError, OverflowError)


class Reader:
    """Reads what one instance says; remembers its ids, and tells each version of a status once."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._known: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._ids: dict[str, str] = {}

    def page(self, body: bytes) -> Read:
        """Read a list of statuses, newest first as instances send them; one that cannot be read is counted."""
        try:
            raw = _page.decode(body)
        except _UNREADABLE:
            return Read([], unreadable=1, fault="a page that is no list of statuses")
        return self._statuses([bytes(one) for one in reversed(raw)])

    def event(self, name: str, data: bytes, now: float) -> Read:
        """Read one event of the stream: `update`, `status.update` or `delete`; others say nothing to us."""
        if name in {"update", "status.update"}:
            return self._statuses([data])
        if name == "delete":
            uri = self.forget(data.decode("utf-8", "replace").strip())
            return Read([Deletion(CHANNEL, uri, now)] if uri else [])
        return Read([])

    def id_of(self, uri: str) -> str | None:
        """Return the instance's id of a status: as remembered, or as its own statuses carry it in their address."""
        known = self._ids.get(uri)
        if known is not None:
            return known
        try:
            parts = urlsplit(uri)
        except ValueError:
            return None
        last = parts.path.rstrip("/").rpartition("/")[2]
        return last if parts.netloc == self._host and last.isascii() and last.isalnum() else None

    def latest(self, count: int) -> list[str]:
        """Return the instance's ids of the statuses heard last."""
        return list(self._known)[-count:]

    def forget(self, local: str) -> str | None:
        """Forget a status that is gone, and return its `uri` if it was known."""
        uri, _ = self._known.pop(local, (None, 0))
        if uri is not None:
            self._ids.pop(uri, None)
        return uri

    def _statuses(self, pieces: Sequence[bytes]) -> Read:
        events: list[Mention | Deletion] = []
        ids: list[str] = []
        newest: float | None = None
        faults: list[str] = []
        for piece in pieces:
            try:
                said = _status.decode(piece)
                mention = self._mention(said)
            except _UNREADABLE:
                faults.append("a status that breaks the contract")
                ids += named(b"[%s]" % piece)
                continue
            ids.append(said.id)
            newest = max(newest or 0.0, mention.published_at)
            if said.visibility in _PUBLIC and self._is_new(said.id, mention):
                events.append(mention)
        return Read(events, tuple(ids), newest, len(faults), faults[0] if faults else "")

    def _is_new(self, local: str, mention: Mention) -> bool:
        uri, revision = self._known.get(local, ("", 0))
        if uri == mention.id and revision >= mention.revision:
            return False
        self._known[local] = (mention.id, mention.revision)
        self._known.move_to_end(local)
        self._ids[mention.id] = local
        while len(self._known) > REMEMBERED:
            _, (uri, _) = self._known.popitem(last=False)
            self._ids.pop(uri, None)
        return True

    def _mention(self, said: _Status) -> Mention:
        shown = said.reblog or said
        published = from_rfc3339(said.created_at)
        edited = from_rfc3339(said.edited_at) if said.edited_at else None
        quoted = said.reblog.uri if said.reblog else _quoted(said.quote)
        kind = "repost" if said.reblog else "reply" if said.in_reply_to_id else "quote" if quoted else "post"
        return Mention(
            channel=CHANNEL,
            id=said.uri,
            published_at=published,
            text="\n\n".join(filter(None, (text_of(shown.spoiler_text), text_of(shown.content)))),
            author=self._author(said.account),
            kind=kind,
            url=said.url or said.uri,
            language=shown.language,
            in_reply_to=self._known.get(said.in_reply_to_id or "", (None, 0))[0],
            quotes=quoted,
            engagement=Engagement(said.favourites_count, said.replies_count, said.reblogs_count),
            edited_at=edited,
            revision=int((edited or published) * 1_000_000),
        )

    def _author(self, account: _Account) -> Author:
        home = urlsplit(account.url).hostname or self._host
        handle = account.acct if "@" in account.acct else f"{account.acct}@{home}"
        return Author(
            id=account.url or handle,
            handle=handle,
            name=account.display_name or None,
            followers=account.followers_count,
            url=account.url or None,
            created_at=told_instant(account.created_at),
        )


def named(body: bytes) -> set[str]:
    """Return the ids of the statuses on a page, also of those that cannot be read otherwise."""
    try:
        return {one.id for one in msgspec.json.decode(body, type=list[_Named])}
    except _UNREADABLE:
        return set()


def _quoted(quote: Any) -> str | None:
    """Return the `uri` of a quoted status: Mastodon nests it one deeper than others."""
    if not isinstance(quote, dict):
        return None
    inner = quote.get("quoted_status")
    uri = inner.get("uri") if isinstance(inner, dict) else quote.get("uri")
    return uri if isinstance(uri, str) and uri else None


def order(local: str) -> tuple[int, str]:
    """Return by what an instance's ids are in order of time: as numbers, or as Pleroma's words of equal length."""
    return len(local), local
