"""Discourse: posts of /posts.json and /posts/…, read into mentions; any bytes are legal input."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from app.domain.instant import from_rfc3339
from app.domain.mention import Author, Deletion, Engagement, Mention
from ingest.markup import text_of
from ingest.wires.heard import Heard

CHANNEL = "discourse"
FAULTY = (msgspec.MsgspecError, UnicodeError, ValueError, OverflowError, RecursionError)
REGULAR: Final = frozenset({1, 2})
"""Kinds of posts that people write: posts, and moderators' posts; not what the software notes, nor whispers."""

LIKE = 2
"""`PostActionType` of a like."""

_ID = re.compile(r"/t/(\d{1,18})/(\d{1,18})$")


class _Action(msgspec.Struct):
    id: int = 0
    count: int = 0


class Post(msgspec.Struct):
    """A post as the API (and its webhooks) tell it, as far as it concerns us."""

    id: int
    topic_id: int
    post_number: int
    created_at: str
    cooked: str | None = None
    raw: str | None = None
    updated_at: str | None = None
    version: int = 1
    post_type: int = 1
    user_id: int | None = None
    username: str | None = None
    name: str | None = None
    display_username: str | None = None
    reply_to_post_number: int | None = None
    topic_title: str | None = None
    topic_slug: str | None = None
    category_id: int | None = None
    actions_summary: list[_Action] | None = None
    reply_count: int | None = None
    reads: int | None = None
    hidden: bool | None = None
    deleted_at: str | None = None
    user_deleted: bool | None = None

    @property
    def gone(self) -> bool:
        """Whether its author or a moderator took it away."""
        return bool(self.deleted_at or self.user_deleted)


class _Extras(msgspec.Struct):
    wait_seconds: float | None = None


class Refusal(msgspec.Struct):
    """An error as the API tells it."""

    errors: list[str] = []
    error_type: str = ""
    extras: _Extras | None = None


class _Latest(msgspec.Struct):
    latest_posts: list[msgspec.Raw]


class _Category(msgspec.Struct):
    id: int
    name: str


class _Site(msgspec.Struct):
    categories: list[_Category] = []


@dataclass
class Posts(Heard):
    """A page of the newest posts, newest first, as `latest` reads it."""

    lowest: int | None = None
    """The smallest number in it; None: it is empty."""


_latest = msgspec.json.Decoder(_Latest)
_post = msgspec.json.Decoder(Post)
_refusal = msgspec.json.Decoder(Refusal)
_site = msgspec.json.Decoder(_Site)


def refusal(body: bytes) -> Refusal:
    """Return the error that an answer tells; an empty one if it tells none."""
    try:
        return _refusal.decode(body)
    except FAULTY:
        return Refusal()


def categories(body: bytes) -> dict[int, str]:
    """Return the names of categories in /site.json by number."""
    try:
        return {category.id: category.name for category in _site.decode(body).categories}
    except FAULTY:
        return {}


def latest(body: bytes, site: str, now: float, places: Mapping[int, str] | None = None) -> tuple[Posts, list[Post]]:
    """Return a page of /posts.json and the posts behind its events, in the same order."""
    found = Posts()
    told: list[Post] = []
    try:
        rows = _latest.decode(body).latest_posts
    except FAULTY:
        found.miss("an answer without latest_posts")
        return found, told
    for row in rows:
        try:
            post = _post.decode(row)
            event = said(post, site, now, places or {})
        except FAULTY:
            found.miss("a post that cannot be read")
            continue
        found.lowest = post.id if found.lowest is None else min(found.lowest, post.id)
        before = len(found.events)
        found.hear(event)
        if len(found.events) > before:
            told.append(post)
    return found, told


def one(body: bytes) -> Post | None:
    """Return the post of /posts/by_number/…; None if there is none in the answer."""
    try:
        return _post.decode(body)
    except FAULTY:
        return None


def said(post: Post, site: str, now: float, places: Mapping[int, str]) -> Mention | Deletion | None:
    """Return what a post is: a mention, a deletion, or nothing a person said. Raises `ValueError` for its dates."""
    name = identity(site, post.topic_id, post.post_number)
    if post.gone:
        return Deletion(CHANNEL, name, min(from_rfc3339(post.deleted_at or post.updated_at or post.created_at), now))
    if post.post_type not in REGULAR:
        return None
    return _mention(post, site, name, places)


def _mention(post: Post, site: str, name: str, places: Mapping[int, str]) -> Mention:
    first = post.post_number == 1
    text = text_of(post.cooked) if post.cooked else (post.raw or "")
    title = text_of(post.topic_title or "") if first else ""
    edited = from_rfc3339(post.updated_at) if post.version > 1 and post.updated_at else None
    answered = post.reply_to_post_number or 1
    likes = sum(action.count for action in post.actions_summary or () if action.id == LIKE)
    return Mention(
        channel=CHANNEL,
        id=name,
        published_at=from_rfc3339(post.created_at),
        text=f"{title}\n\n{text}".strip(),
        author=Author(
            f"{site}/u/{post.user_id}" if post.user_id is not None else f"{site}/u/{post.username or 'unknown'}"[:500],
            handle=post.username,
            name=post.name or post.display_username or None,
            url=f"{site}/u/{post.username}" if post.username else None,
        ),
        kind="post" if first else "reply",
        url=f"{site}/t/{post.topic_slug or '-'}/{post.topic_id}/{post.post_number}",
        in_reply_to=None if first else identity(site, post.topic_id, answered),
        engagement=Engagement(likes=likes, replies=post.reply_count or 0, views=post.reads),
        place=places.get(post.category_id) if post.category_id is not None else None,
        edited_at=edited,
        revision=int(edited * 1_000_000) if edited is not None else 0,
    )


def identity(site: str, topic: int, number: int) -> str:
    """Return the id of a post: replies name topic and number of what they answer, so ids do, too."""
    return f"{site}/t/{topic}/{number}"


def place_of(name: str) -> tuple[int, int] | None:
    """Return topic and number of an id; None if it is no id of ours."""
    found = _ID.search(name)
    return (int(found[1]), int(found[2])) if found else None
