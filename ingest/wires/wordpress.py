"""WordPress: posts and comments of its REST API (/wp/v2), read into mentions; any bytes are legal input."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from app.domain.instant import from_rfc3339
from app.domain.mention import Author, Engagement, Mention
from ingest.keyset import Stretch
from ingest.markup import text_of

CHANNEL = "wordpress"
POSTS, COMMENTS = "posts", "comments"
FAULTY = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)

_POST = re.compile(r"\?p=(\d{1,18})$")
_COMMENT = re.compile(r"#comment-(\d{1,18})$")


class _Rendered(msgspec.Struct, frozen=True):
    rendered: str = ""


class _Embedded(msgspec.Struct):
    author: list[dict[str, Any]] = []


class _Post(msgspec.Struct):
    id: int
    date_gmt: str
    modified_gmt: str | None = None
    link: str | None = None
    title: _Rendered = _Rendered()
    content: _Rendered = _Rendered()
    excerpt: _Rendered = _Rendered()
    author: int = 0
    embedded: _Embedded | None = msgspec.field(default=None, name="_embedded")


class _Comment(msgspec.Struct):
    id: int
    post: int
    date_gmt: str
    parent: int = 0
    author: int = 0
    author_name: str = ""
    author_url: str = ""
    link: str | None = None
    content: _Rendered = _Rendered()


class Refusal(msgspec.Struct):
    """An error as the REST API tells it."""

    code: str = ""
    message: str = ""


_rows = msgspec.json.Decoder(list[msgspec.Raw])
_post = msgspec.json.Decoder(_Post)
_comment = msgspec.json.Decoder(_Comment)
_refusal = msgspec.json.Decoder(Refusal)


def refusal(body: bytes) -> Refusal:
    """Return the error that an answer tells; an empty one if it tells none."""
    try:
        return _refusal.decode(body)
    except (*FAULTY, UnicodeError):
        return Refusal()


def posts(body: bytes, site: str) -> Stretch:
    """Return a page of posts, ordered by when they were changed; ids begin with `site`."""
    return _read(body, lambda row: _article(_post.decode(row), site), "a post that cannot be read")


def comments(body: bytes, site: str) -> Stretch:
    """Return a page of comments, ordered by when they were written."""
    return _read(body, lambda row: _remark(_comment.decode(row), site), "a comment that cannot be read")


def _read(body: bytes, read: Callable[[msgspec.Raw], tuple[Mention, float]], fault: str) -> Stretch:
    found = Stretch()
    try:
        rows = _rows.decode(body)
    except (*FAULTY, UnicodeError):
        found.miss("an answer that is no list")
        return found
    for row in rows:
        try:
            mention, at = read(row)
        except FAULTY:
            found.miss(fault)
            continue
        found.hear(mention)
        found.last = at
    return found


def _article(post: _Post, site: str) -> tuple[Mention, float]:
    title, text = text_of(post.title.rendered), text_of(post.content.rendered or post.excerpt.rendered)
    published = _instant(post.date_gmt)
    modified = _instant(post.modified_gmt) if post.modified_gmt else published
    edited = modified if modified > published + 1 else None
    mention = Mention(
        channel=CHANNEL,
        id=post_id(site, post.id),
        published_at=published,
        text=f"{title}\n\n{text}".strip(),
        author=_writer(post, site),
        kind="article",
        url=post.link,
        edited_at=edited,
        revision=int(edited * 1_000_000) if edited else 0,
    )
    return mention, modified


def _writer(post: _Post, site: str) -> Author:
    rows = post.embedded.author if post.embedded else []
    shown = rows[0] if rows else {}
    name, link = shown.get("name"), shown.get("link")
    return Author(
        f"{site}/author/{post.author}",
        name=name if isinstance(name, str) else None,
        url=link if isinstance(link, str) else None,
    )


def _remark(comment: _Comment, site: str) -> tuple[Mention, float]:
    name = text_of(comment.author_name)
    at = _instant(comment.date_gmt)
    mention = Mention(
        channel=CHANNEL,
        id=comment_id(site, comment.post, comment.id),
        published_at=at,
        text=text_of(comment.content.rendered),
        author=Author(
            f"{site}/author/{comment.author}" if comment.author else f"{site}/guest/{name or 'unknown'}"[:500],
            name=name or None,
            url=comment.author_url or None,
        ),
        kind="comment",
        url=comment.link,
        in_reply_to=(comment_id(site, comment.post, comment.parent) if comment.parent else post_id(site, comment.post)),
        engagement=Engagement(),
    )
    return mention, at


def _instant(gmt: str) -> float:
    """Read an instant as WordPress writes it: UTC without saying so."""
    return from_rfc3339(gmt if gmt.endswith("Z") else f"{gmt}Z")


def post_id(site: str, number: int) -> str:
    """Return the id of a post: the short link that every WordPress understands."""
    return f"{site}/?p={number}"


def comment_id(site: str, post: int, number: int) -> str:
    """Return the id of a comment: the post's with the comment's number."""
    return f"{post_id(site, post)}#comment-{number}"


def number_of(name: str) -> tuple[str, int] | None:
    """Return which list an id belongs to and its number there; None if it is no id of ours."""
    for kind, form in ((COMMENTS, _COMMENT), (POSTS, _POST)):
        if found := form.search(name):
            return kind, int(found[1])
    return None


def numbers(body: bytes) -> frozenset[int] | None:
    """Return the numbers in a list of `{id}`; None if the answer is no such list."""
    try:
        return frozenset(row["id"] for row in msgspec.json.decode(body, type=list[dict[str, int]]))
    except (*FAULTY, UnicodeError, KeyError):
        return None
