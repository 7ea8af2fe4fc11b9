"""Updates of a Telegram bot, as webhooks and `getUpdates` bring them alike.

Source: https://core.telegram.org/bots/api#update (Bot API, read 2026-11-22).
"""

from app.domain.mention import Author, Deletion, Mention
from ingest.wires.heard import Heard
from ingest.wires.tree import Branch, branch, document, moment, rows, words

CHANNEL = "telegram"
SAID = ("message", "channel_post", "business_message")
EDITED = ("edited_message", "edited_channel_post", "edited_business_message")
GONE = "deleted_business_messages"
KINDS = (*SAID, *EDITED, GONE)
"""The updates we ask for; a bot is told of deletions only in business accounts."""


def read(body: bytes, now: float) -> Heard:
    """Read the body of one call of the webhook."""
    heard = Heard()
    update = document(body)
    if update is None:
        heard.miss("call that is no JSON object")
    else:
        take(heard, update, now)
    return heard


def take(heard: Heard, update: Branch, now: float) -> None:
    """Read one update."""
    if GONE in update:
        _gone(heard, branch(update, GONE), now)
        return
    kind = next((name for name in (*SAID, *EDITED) if name in update), None)
    if kind is None:
        heard.hear(None)
        return
    message = branch(update, kind)
    text = words(message.get("text")) or words(message.get("caption"))
    native, chat = _place(message)
    if native is None:
        heard.miss("message without id or chat")
        return
    heard.hear(None if text is None else _mention(message, chat, native, text, edited=kind in EDITED, now=now))


def _gone(heard: Heard, told: Branch, now: float) -> None:
    chat = words(branch(told, "chat").get("id"))
    numbers = told.get("message_ids")
    if chat is None or not isinstance(numbers, list):
        heard.miss("deletion without ids")
        return
    for number in numbers[:1_000]:
        heard.hear(Deletion(CHANNEL, f"{chat}/{number}", now))


def _place(message: Branch) -> tuple[str | None, Branch]:
    chat = branch(message, "chat")
    number, native = words(message.get("message_id")), words(chat.get("id"))
    return (f"{native}/{number}" if number and native else None), chat


def _mention(message: Branch, chat: Branch, native: str, text: str, *, edited: bool, now: float) -> Mention:
    said_at = moment(message.get("date")) or now
    edited_at = (moment(message.get("edit_date")) or now) if edited else None
    parent, _ = _place(branch(message, "reply_to_message"))
    private = chat.get("type") == "private"
    return Mention(
        CHANNEL,
        native,
        said_at,
        text,
        _author(message, chat),
        kind="message" if private else "reply" if parent else "post",
        url=_url(chat, message),
        in_reply_to=parent,
        language=words(branch(message, "from").get("language_code")) if private else None,
        edited_at=edited_at,
        revision=int(edited_at * 1_000_000) if edited_at else 0,
    )


def _author(message: Branch, chat: Branch) -> Author:
    """Return who spoke: a person, or the channel or group in whose name it was said."""
    person = branch(message, "from")
    speaker = branch(message, "sender_chat") or person or chat
    names = (words(speaker.get("title")), words(speaker.get("first_name")), words(speaker.get("last_name")))
    handle = words(speaker.get("username"))
    return Author(
        words(speaker.get("id")) or "unknown",
        handle,
        " ".join(name for name in names if name) or None,
        url=f"https://t.me/{handle}" if handle else None,
    )


def _url(chat: Branch, message: Branch) -> str | None:
    handle, number = words(chat.get("username")), words(message.get("message_id"))
    public = handle and number and str(chat.get("type")) in {"channel", "supergroup"}
    return f"https://t.me/{handle}/{number}" if public else None


def updates(answer: object) -> tuple[list[Branch], int | None]:
    """Return the updates of an answer of `getUpdates`, and the offset that confirms them; None if there are none."""
    found = list(rows(branch(answer).get("result")))
    numbers = [number for update in found if isinstance(number := update.get("update_id"), int)]
    return found, max(numbers) + 1 if numbers else None
