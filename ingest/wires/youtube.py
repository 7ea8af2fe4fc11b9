"""The wire of the YouTube Data API v3: comment threads and comments, and videos that a search found.

After https://developers.google.com/youtube/v3/docs/commentThreads and …/comments, …/search (read 2026-11-22).
"""

from collections.abc import Iterator

import msgspec

from app.domain.mention import Author, Engagement, Mention
from ingest.connector import Fates
from ingest.wires.google import instant
from ingest.wires.listing import FAULTY, Page, broken, page

CHANNEL = "youtube"
PER_PAGE = 100


class _ChannelId(msgspec.Struct, frozen=True):
    value: str = ""


class _Snippet(msgspec.Struct, frozen=True, rename="camel"):
    published_at: str
    text_display: str = ""
    text_original: str | None = None
    author_display_name: str | None = None
    author_channel_url: str | None = None
    author_channel_id: _ChannelId | None = None
    video_id: str | None = None
    channel_id: str | None = None
    parent_id: str | None = None
    like_count: int = 0
    updated_at: str | None = None


class _Comment(msgspec.Struct, frozen=True):
    id: str
    snippet: _Snippet


class _Replies(msgspec.Struct, frozen=True):
    comments: list[msgspec.Raw] = []


class _ThreadSnippet(msgspec.Struct, frozen=True, rename="camel"):
    top_level_comment: _Comment
    video_id: str | None = None
    channel_id: str | None = None
    total_reply_count: int = 0


class _Thread(msgspec.Struct, frozen=True):
    id: str
    snippet: _ThreadSnippet
    replies: _Replies | None = None


class _List(msgspec.Struct, frozen=True, rename={"following": "nextPageToken"}):
    items: list[msgspec.Raw]
    following: str | None = None


class _VideoId(msgspec.Struct, frozen=True, rename="camel"):
    video_id: str


class _Found(msgspec.Struct, frozen=True):
    id: _VideoId


class _Only(msgspec.Struct, frozen=True):
    id: str


class Talk(msgspec.Struct, frozen=True):
    """A thread with more replies than came along."""

    id: str
    replies: int
    video: str | None


_list = msgspec.json.Decoder(_List)
_thread = msgspec.json.Decoder(_Thread)
_comment = msgspec.json.Decoder(_Comment)
_found = msgspec.json.Decoder(_Found)
_only = msgspec.json.Decoder(_Only)


def threads(body: bytes) -> tuple[Page, tuple[Talk, ...]]:
    """Read an answer of `commentThreads.list`: its comments and replies, and the threads to ask `comments.list` for."""
    talks: list[Talk] = []

    def read(raw: msgspec.Raw) -> Iterator[Mention]:
        thread = _thread.decode(raw)
        top, video = thread.snippet.top_level_comment, thread.snippet.video_id
        yield _mention(top, None, video, thread.snippet.total_reply_count)
        along = thread.replies.comments if thread.replies else []
        if thread.snippet.total_reply_count > len(along):
            talks.append(Talk(thread.id, thread.snippet.total_reply_count, video))
        for reply in along:
            yield _mention(_comment.decode(reply), top.id, video)

    try:
        listed = _list.decode(body)
    except FAULTY:
        return broken("comment threads"), ()
    found = page(listed.items, read, what="comment thread", following=listed.following)
    return found, tuple(talks)


def replies(body: bytes, parent: str, video: str | None) -> Page:
    """Read an answer of `comments.list` for the replies of a thread."""
    try:
        listed = _list.decode(body)
    except FAULTY:
        return broken("comments")

    def read(raw: msgspec.Raw) -> Mention:
        return _mention(_comment.decode(raw), parent, video)

    return page(listed.items, read, what="comment", following=listed.following)


def videos(body: bytes) -> tuple[str, ...]:
    """Return the videos that `search.list` found; what is none is left out."""
    try:
        items = _list.decode(body).items
    except FAULTY:
        return ()
    found = []
    for raw in items:
        try:
            found.append(_found.decode(raw).id.video_id)
        except FAULTY:
            continue
    return tuple(one for one in found if one)


def fates(body: bytes, asked: frozenset[str]) -> Fates:
    """Read an answer of `comments.list` by id: what it leaves out is gone."""
    try:
        there = frozenset(_only.decode(raw).id for raw in _list.decode(body).items)
    except FAULTY:
        return Fates()
    return Fates(asked - there, asked & there)


def _mention(comment: _Comment, parent: str | None, video: str | None, answers: int = 0) -> Mention:
    said = comment.snippet
    parent, video = said.parent_id or parent, said.video_id or video
    published = instant(said.published_at)
    touched = instant(said.updated_at) if said.updated_at else published
    return Mention(
        channel=CHANNEL,
        id=comment.id,
        published_at=published,
        text=said.text_original if said.text_original is not None else said.text_display,
        author=_author(comment),
        kind="reply" if parent else "comment",
        url=f"https://www.youtube.com/watch?v={video}&lc={comment.id}" if video else None,
        in_reply_to=parent,
        engagement=Engagement(likes=said.like_count, replies=answers),
        edited_at=touched if touched > published else None,
        revision=int(touched * 1_000_000),
    )


def _author(comment: _Comment) -> Author:
    said = comment.snippet
    channel = said.author_channel_id.value if said.author_channel_id else ""
    name = said.author_display_name or None
    handle = name.removeprefix("@") if name and name.startswith("@") else None
    url = f"https://www.youtube.com/channel/{channel}" if channel else said.author_channel_url
    return Author(channel or f"unnamed/{comment.id}", handle, name, url=url)
