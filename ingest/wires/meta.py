"""Webhooks of Meta for Facebook pages and Instagram: both body forms, `changes` and `messaging`.

Source: https://developers.facebook.com/docs/graph-api/webhooks/reference/page, …/reference/instagram,
…/messenger-platform/reference/webhook-events and
…/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment (read 2026-11-22).
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.domain.mention import Author, Deletion, Mention, SourceEvent
from ingest.wires.heard import Heard
from ingest.wires.tree import Branch, branch, document, moment, rows, words

CHANNELS = {"page": "facebook", "instagram": "instagram"}
GONE = {"remove", "delete"}
EDITED = {"edit", "edited", "update"}
SPOKEN = {"comment", "status", "post", "photo", "video", "share", "link", "album", "note", "event"}
"""Items of a feed that say something in words; likes and reactions do not."""


class Pointer(NamedTuple):
    """A mention on Instagram as Meta tells it: where to ask for its words."""

    account: str
    media: str
    comment: str | None


@dataclass
class Told(Heard):
    """What one call told, and the mentions whose words have to be asked for."""

    pointers: list[Pointer] = dataclasses.field(default_factory=list)


Reading = tuple[str, str, float]
"""Channel, id of the page or account, instant of the entry."""


def read(body: bytes, now: float) -> Told:
    """Read one call: any number of entries, each with any number of changes or messages."""
    heard = Told()
    told = document(body)
    channel = CHANNELS.get(str(told.get("object"))) if told else None
    if told is None or channel is None:
        heard.miss("call that is no object of a page or of Instagram")
        return heard
    for entry in rows(told.get("entry")):
        where = channel, words(entry.get("id")) or "", moment(entry.get("time")) or now
        for change in rows(entry.get("changes")):
            _take(heard, _change, change, where)
            if channel == "instagram" and change.get("field") == "mentions":
                _point(heard, branch(change, "value"), where[1])
        for form in ("messaging", "standby"):
            for item in rows(entry.get(form)):
                _take(heard, _message, item, where)
    return heard


def _point(heard: Told, value: Branch, account: str) -> None:
    media = words(value.get("media_id"))
    if media and account.isdecimal() and media.isdecimal():
        comment = words(value.get("comment_id"))
        heard.pointers.append(Pointer(account, media, comment if comment and comment.isdecimal() else None))


def question(pointer: Pointer) -> str:
    """Return the fields that ask for the words of a mention."""
    if pointer.comment:
        return f"mentioned_comment.comment_id({pointer.comment}){{id,text,timestamp,username}}"
    return f"mentioned_media.media_id({pointer.media}){{id,caption,timestamp,username,permalink}}"


def answered(pointer: Pointer, body: bytes) -> Mention | None:
    """Return the mention that an answer tells; None if it has no words."""
    told = branch(document(body), "mentioned_comment" if pointer.comment else "mentioned_media")
    native, text = words(told.get("id")), words(told.get("text")) or words(told.get("caption"))
    handle = words(told.get("username"))
    if native is None or text is None or handle is None:
        return None
    try:
        at = datetime.strptime(str(told.get("timestamp")), "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except ValueError:
        return None
    return Mention(
        "instagram",
        native,
        at,
        text,
        Author(handle, handle, url=f"https://www.instagram.com/{handle}/"),
        kind="comment" if pointer.comment else "post",
        url=words(told.get("permalink")),
        in_reply_to=pointer.media if pointer.comment else None,
    )


def _take(heard: Heard, reader: Callable[[Branch, Reading], SourceEvent | None], item: Branch, where: Reading) -> None:
    try:
        heard.hear(reader(item, where))
    except Unclear as unclear:
        heard.miss(str(unclear))


class Unclear(Exception):
    """An item that says something and cannot be read."""


def _change(change: Branch, where: Reading) -> SourceEvent | None:
    field, value = str(change.get("field")), branch(change, "value")
    if field in {"feed", "mention"}:
        return _feed(value, where)
    if field in {"comments", "live_comments"}:
        return _comment(value, where)
    if field == "messages":  # Instagram with a login of its own sends messages as changes, too
        return _message(value, where)
    return None  # `mentions` of Instagram, too: it brings ids only, see `Pointer`


def _feed(value: Branch, where: Reading) -> SourceEvent | None:
    channel, page, at = where
    item, verb = str(value.get("item")), str(value.get("verb", "add"))
    if item not in SPOKEN:
        return None
    post = words(value.get("post_id"))
    native = words(value.get("comment_id")) if item == "comment" else post
    if native is None:
        raise Unclear("feed item without id")
    said_at = moment(value.get("created_time")) or at
    if verb in GONE:
        return Deletion(channel, native, at)
    if verb in {"hide", "unhide", "block", "unblock", "follow"}:
        return None
    text = words(value.get("message"))
    if text is None:
        return None
    parent = words(value.get("parent_id"))
    return Mention(
        channel,
        native,
        said_at,
        text,
        _person(value, page),
        kind="comment" if item == "comment" else "post",
        url=_permalink(value) or f"https://www.facebook.com/{native}",
        in_reply_to=(parent or post) if item == "comment" else None,
        edited_at=at if verb in EDITED else None,
        revision=int(at * 1_000_000) if verb in EDITED else 0,
    )


def _person(value: Branch, page: str) -> Author:
    sender = branch(value, "from")
    native = words(sender.get("id")) or words(value.get("sender_id")) or f"unknown-{page}"
    name = words(sender.get("name")) or words(value.get("sender_name"))
    return Author(native, words(sender.get("username")), name)


def _permalink(value: Branch) -> str | None:
    return words(branch(value, "post").get("permalink_url")) or words(value.get("permalink_url"))


def _comment(value: Branch, where: Reading) -> SourceEvent | None:
    channel, account, at = where
    native, text = words(value.get("id")) or words(value.get("comment_id")), words(value.get("text"))
    if native is None:
        raise Unclear("comment without id")
    if text is None:
        return None
    media = words(branch(value, "media").get("id"))
    return Mention(
        channel,
        native,
        moment(value.get("timestamp")) or at,
        text,
        _person(value, account),
        kind="comment",
        in_reply_to=words(value.get("parent_id")) or media,
    )


def _message(item: Branch, where: Reading) -> SourceEvent | None:
    channel, account, entry_at = where
    at = moment(item.get("timestamp")) or entry_at
    edit = branch(item, "message_edit")
    message = edit or branch(item, "message")
    if not message or message.get("is_echo"):
        return None
    native, text = words(message.get("mid")), words(message.get("text"))
    if native is None:
        raise Unclear("message without id")
    if message.get("is_deleted"):
        return Deletion(channel, native, at)
    if message.get("is_unsupported"):
        raise Unclear("message of an unsupported type")
    if text is None:
        return None
    sender = branch(item, "sender")
    author = Author(words(sender.get("id")) or f"unknown-{account}", words(sender.get("username")))
    reply: Any = branch(message, "reply_to").get("mid")
    return Mention(
        channel,
        native,
        at,
        text,
        author,
        kind="message",
        in_reply_to=words(reply),
        edited_at=at if edit else None,
        revision=int(at * 1_000_000) if edit else 0,
    )
