"""The wire of the X API v2: posts of the stream, of recent search and of the lookup, with their expansions.

After https://docs.x.com/x-api/fundamentals/data-dictionary, …/post-edits, …/handling-disconnections and
…/response-codes-and-errors (read 2026-11-22).
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from app.domain.instant import from_rfc3339, told_instant
from app.domain.mention import Author, Engagement, Mention
from app.domain.source import Quota
from ingest.connector import Fates
from ingest.wires.listing import FAULTY, Page, broken, page

CHANNEL = "x"
PER_PAGE = 100
FIELDS: Mapping[str, str] = {
    "tweet.fields": (
        "author_id,conversation_id,created_at,edit_history_tweet_ids,geo,lang,note_tweet,public_metrics,"
        "referenced_tweets"
    ),
    "expansions": "author_id,geo.place_id,referenced_tweets.id",
    "user.fields": "created_at,name,public_metrics,username,verified",
    "place.fields": "country,full_name",
}
"""What is asked for of every post."""

VANISHED = ("/resource-not-found", "/not-authorized-for-resource", "/resource-unavailable")
"""Problems of a post that was deleted, or whose author's account is protected, suspended or gone."""


EPOCH = 1_288_834_974_657
"""Milliseconds since 1970 from which X counts its ids, above their lowest 22 bits (docs.x.com, X IDs)."""

MILLISECOND = 1 << 22
LONGEST_ID = 19


class _Metrics(msgspec.Struct, frozen=True):
    like_count: int = 0
    reply_count: int = 0
    retweet_count: int = 0
    quote_count: int = 0
    impression_count: int | None = None
    followers_count: int | None = None


class _Reference(msgspec.Struct, frozen=True):
    type: str
    id: str


class _Geo(msgspec.Struct, frozen=True):
    place_id: str | None = None


class _Note(msgspec.Struct, frozen=True):
    text: str = ""


class _Post(msgspec.Struct, frozen=True):
    id: str
    text: str
    author_id: str
    created_at: str
    edit_history_tweet_ids: list[str] = []
    referenced_tweets: list[_Reference] = []
    public_metrics: _Metrics = _Metrics()
    note_tweet: _Note | None = None
    geo: _Geo | None = None
    lang: str | None = None


class _User(msgspec.Struct, frozen=True):
    id: str
    username: str | None = None
    name: str | None = None
    verified: bool = False
    public_metrics: _Metrics = _Metrics()
    created_at: str | None = None


class _Place(msgspec.Struct, frozen=True):
    id: str
    full_name: str | None = None
    country: str | None = None


class _Short(msgspec.Struct, frozen=True):
    id: str
    text: str = ""
    note_tweet: _Note | None = None


class _Meta(msgspec.Struct, frozen=True):
    next_token: str | None = None


class _Lists(msgspec.Struct, frozen=True):
    users: list[msgspec.Raw] = []
    places: list[msgspec.Raw] = []
    tweets: list[msgspec.Raw] = []


class _Answer(msgspec.Struct, frozen=True):
    data: list[msgspec.Raw] = []
    includes: _Lists = _Lists()
    meta: _Meta = _Meta()
    errors: list[msgspec.Raw] = []


class _Line(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw()
    includes: _Lists = _Lists()
    errors: list[msgspec.Raw] = []


class Problem(msgspec.Struct, frozen=True):
    """Why X does not do what was asked, or ends a stream."""

    title: str = ""
    type: str = ""
    value: str = ""
    disconnect_type: str = ""
    connection_issue: str = ""
    period: str = ""


class _Wrapped(msgspec.Struct, frozen=True):
    errors: list[Problem] = []


class _Usage(msgspec.Struct, frozen=True):
    project_cap: str | int
    project_usage: str | int


class _Used(msgspec.Struct, frozen=True):
    data: _Usage


_answer = msgspec.json.Decoder(_Answer)
_line = msgspec.json.Decoder(_Line)
_post = msgspec.json.Decoder(_Post)
_short = msgspec.json.Decoder(_Short)
_problem = msgspec.json.Decoder(Problem)
_wrapped = msgspec.json.Decoder(_Wrapped)
_used = msgspec.json.Decoder(_Used)


def line(text: str | bytes) -> Page | Problem:
    """Read one line of the stream: a post, or the problem with which X ends it."""
    try:
        told = _line.decode(text)
    except FAULTY:
        return broken("a post")
    if not bytes(told.data):
        return problem(text.encode() if isinstance(text, str) else text) if told.errors else broken("a post")
    return _posts([told.data], told.includes, None)


def search(body: bytes) -> Page:
    """Read an answer of recent search."""
    try:
        told = _answer.decode(body)
    except FAULTY:
        return broken("posts")
    return _posts(told.data, told.includes, told.meta.next_token)


def problem(body: bytes) -> Problem:
    """Read an error, whether it stands alone or in `errors`; an empty one if it is neither."""
    try:
        listed = _wrapped.decode(body).errors
        return listed[0] if listed else _problem.decode(body)
    except FAULTY:
        return Problem()


def fates(body: bytes, asked: frozenset[str]) -> Fates:
    """Read an answer of the posts lookup: found ones are there, those X names as not found or not shown are gone."""
    try:
        told = _answer.decode(body)
        there = frozenset(_short.decode(raw).id for raw in told.data)
        problems = [_problem.decode(raw) for raw in told.errors]
    except FAULTY:
        return Fates()
    gone = frozenset(one.value for one in problems if one.type.endswith(VANISHED))
    return Fates((gone & asked) - there, there & asked)


def usage(body: bytes) -> Quota | None:
    """Read an answer of `/2/usage/tweets`: posts of this month."""
    try:
        told = _used.decode(body).data
        cap, used = float(int(told.project_cap)), float(int(told.project_usage))
    except FAULTY:
        return None
    return Quota(cap, max(0.0, cap - used), unit="posts a month")


def _posts(items: list[msgspec.Raw], includes: _Lists, following: str | None) -> Page:
    users = _by_id(includes.users, msgspec.json.Decoder(_User))
    places = _by_id(includes.places, msgspec.json.Decoder(_Place))
    others = _by_id(includes.tweets, msgspec.json.Decoder(_Short))

    def read(raw: msgspec.Raw) -> Mention:
        return _mention(_post.decode(raw), users, places, others)

    return page(items, read, what="post", following=following)


def _by_id(items: list[msgspec.Raw], decoder: msgspec.json.Decoder[Any]) -> dict[str, Any]:
    found = {}
    for raw in items:
        try:
            one = decoder.decode(raw)
        except FAULTY:
            continue
        found[one.id] = one
    return found


def _mention(
    post: _Post, users: Mapping[str, _User], places: Mapping[str, _Place], others: Mapping[str, _Short]
) -> Mention:
    history = sorted((one for one in post.edit_history_tweet_ids if one.isdecimal()), key=int)
    first, latest = (history[0], history[-1]) if history else (post.id, post.id)
    at = from_rfc3339(post.created_at)
    edited = first != latest
    related = {one.type: one.id for one in post.referenced_tweets}
    user = users.get(post.author_id, _User(post.author_id))
    metrics = post.public_metrics
    return Mention(
        channel=CHANNEL,
        id=first,
        published_at=_published(first, at) if edited else at,
        text=_text(post, others.get(related.get("retweeted", ""))),
        author=Author(
            post.author_id,
            user.username,
            user.name,
            user.public_metrics.followers_count,
            user.verified,
            f"https://x.com/{user.username}" if user.username else None,
            told_instant(user.created_at),
        ),
        kind=_kind(related),
        url=f"https://x.com/{user.username or 'i'}/status/{post.id}",
        language=None if post.lang in {"und", "zxx", "qme", "qht", "qam", "qct", "qst"} else post.lang,
        in_reply_to=related.get("replied_to"),
        quotes=related.get("quoted") or related.get("retweeted"),
        engagement=Engagement(
            metrics.like_count,
            metrics.reply_count,
            metrics.retweet_count + metrics.quote_count,
            metrics.impression_count,
        ),
        place=_place(post, places),
        edited_at=at if edited else None,
        revision=int(at * 1_000_000),
    )


def _kind(related: Mapping[str, str]) -> str:
    for relation, kind in (("retweeted", "repost"), ("replied_to", "reply"), ("quoted", "quote")):
        if relation in related:
            return kind
    return "post"


def _text(post: _Post, original: _Short | None) -> str:
    """Return the whole text: of a long post its note, of a repost what it passes on."""
    said = original or post
    return (said.note_tweet.text if said.note_tweet else "") or said.text or post.text


def _place(post: _Post, places: Mapping[str, _Place]) -> str | None:
    place = places.get(post.geo.place_id or "") if post.geo else None
    return place.full_name or place.country if place else None


def _published(first: str, at: float) -> float:
    """Return when the first version was written, which its id tells."""
    written = (int(first) // MILLISECOND + EPOCH) / 1000
    return written if 0 < at - written < 86_400 else at  # noqa: PLR2004 - a day


def earlier(number: int, seconds: float) -> int:
    """Return an id that many seconds before another."""
    return max(1, number - int(seconds * 1000) * MILLISECOND)


def number(post: Mention) -> int:
    """Return the id of a post's first version as a number, 0 if it is none."""
    return int(post.id) if post.id.isdecimal() and len(post.id) <= LONGEST_ID else 0
