"""The wire of Reddit's Data API: listings of posts (`t3`) and comments (`t1`).

After https://www.reddit.com/dev/api and https://github.com/reddit-archive/reddit/wiki/JSON (read 2026-11-22). Texts
are asked for with `raw_json=1`, so that nothing is escaped.
"""

import msgspec

from app.domain.mention import Author, Deletion, Engagement, Mention
from ingest.connector import Fates
from ingest.wires.listing import FAULTY, Entry, Page, broken, page

CHANNEL = "reddit"
PER_PAGE = 100
GONE = frozenset({"[deleted]", "[removed]", "[ removed by reddit ]"})
"""What stands in place of a text whose author or a moderator took it away."""
BY_AUTHOR = frozenset({"[deleted]"})


class _Thing(msgspec.Struct, frozen=True):
    kind: str
    data: msgspec.Raw


class _Listed(msgspec.Struct, frozen=True):
    children: list[msgspec.Raw]
    after: str | None = None


class _Listing(msgspec.Struct, frozen=True):
    data: _Listed


class _Said(msgspec.Struct, frozen=True):
    name: str
    created_utc: float
    author: str | None = None
    author_fullname: str | None = None
    permalink: str = ""
    edited: float | bool = False
    score: int = 0
    title: str | None = None
    selftext: str | None = None
    url: str | None = None
    body: str | None = None
    parent_id: str | None = None
    num_comments: int = 0
    removed_by_category: str | None = None


_listing = msgspec.json.Decoder(_Listing)
_thing = msgspec.json.Decoder(_Thing)
_said = msgspec.json.Decoder(_Said)


def listing(body: bytes) -> Page:
    """Read a listing; what its author or a moderator took away comes as a `Deletion`, dated when it was written."""
    try:
        listed = _listing.decode(body).data
    except FAULTY:
        return broken("a listing")
    return page(listed.children, _read, what="post or comment", following=listed.after)


def fates(body: bytes, asked: frozenset[str]) -> Fates:
    """Read an answer of `/api/info`: what is marked as deleted or removed is gone, what is missing cannot be told."""
    found = listing(body)
    gone = frozenset(one.id for one in found.events if isinstance(one, Deletion))
    there = frozenset(one.id for one in found.events if isinstance(one, Mention))
    return Fates(gone & asked, there & asked)


def _read(raw: msgspec.Raw) -> Entry | None:
    thing = _thing.decode(raw)
    if thing.kind not in {"t1", "t3"}:
        return None
    said = _said.decode(thing.data)
    if _gone(said):
        return Deletion(CHANNEL, said.name, said.created_utc)
    return _mention(said, comment=thing.kind == "t1")


def _gone(said: _Said) -> bool:
    text = (said.body if said.body is not None else said.selftext or "").strip().lower()
    return bool(said.removed_by_category) or text in GONE or said.author in {None, "[deleted]"}


def _mention(said: _Said, *, comment: bool) -> Mention:
    text = (said.body or "") if comment else "\n\n".join(filter(None, (said.title, said.selftext)))
    edited = float(said.edited) if not isinstance(said.edited, bool) else None
    name = said.author or ""
    return Mention(
        channel=CHANNEL,
        id=said.name,
        published_at=said.created_utc,
        text=text,
        author=Author(said.author_fullname or name, name, url=f"https://www.reddit.com/user/{name}"),
        kind="comment" if comment else "post",
        url=f"https://www.reddit.com{said.permalink}" if said.permalink.startswith("/") else None,
        in_reply_to=said.parent_id if comment else None,
        engagement=Engagement(likes=max(0, said.score), replies=said.num_comments),
        edited_at=edited,
        revision=int((edited or said.created_utc) * 1_000_000),
    )
