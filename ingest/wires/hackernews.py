"""The wire of Hacker News, its Firebase interface: items as mentions; no socket inside."""

from typing import NamedTuple

import msgspec

from app.domain.mention import Author, Engagement, Mention
from ingest.markup import text_of

CHANNEL = "hackernews"
PAGE = "https://news.ycombinator.com"


class Told(NamedTuple):
    """What was said of one item; nothing of all that if it is not there (yet)."""

    mention: Mention | None = None
    gone: str = ""
    """The id of an item that was deleted by its author or killed by others."""
    fault: str = ""


class _Item(msgspec.Struct):
    id: int
    type: str = ""
    by: str = ""
    time: float = 0.0
    text: str = ""
    title: str = ""
    url: str = ""
    parent: int | None = None
    poll: int | None = None
    score: int = 0
    descendants: int | None = None
    kids: list[int] = []
    deleted: bool = False
    dead: bool = False


class _Updates(msgspec.Struct):
    items: list[int] = []


_item = msgspec.json.Decoder(_Item | None)
_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError, OverflowError)


def item(body: bytes) -> Told:
    """Read one item: stories, jobs and polls as posts, comments and poll options as comments on their parent."""
    try:
        said = _item.decode(body)
    except _UNREADABLE:
        return Told(fault="an item that breaks the contract")
    if said is None:
        return Told()
    if said.deleted or said.dead:
        return Told(gone=str(said.id))
    if not said.by or said.time <= 0:
        return Told(fault="an item without author or time")
    return Told(_mention(said))


def number(body: bytes) -> int | None:
    """Read the number of the newest item; None if it is none."""
    try:
        return msgspec.json.decode(body, type=int)
    except _UNREADABLE:
        return None


def updates(body: bytes) -> list[int] | None:
    """Read which items have changed of late; None if it cannot be read."""
    try:
        return msgspec.json.decode(body, type=_Updates).items
    except _UNREADABLE:
        return None


def _mention(said: _Item) -> Mention:
    above = said.poll or said.parent
    comment = said.type in {"comment", "pollopt"}
    return Mention(
        channel=CHANNEL,
        id=str(said.id),
        published_at=said.time,
        text="\n\n".join(filter(None, (text_of(said.title), text_of(said.text), said.url))),
        author=Author(said.by, said.by, url=f"{PAGE}/user?id={said.by}"),
        kind="comment" if comment else "post",
        url=f"{PAGE}/item?id={said.id}",
        in_reply_to=str(above) if comment and above is not None else None,
        engagement=Engagement(said.score, len(said.kids) if said.descendants is None else said.descendants),
    )
