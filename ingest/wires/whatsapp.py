"""Webhooks of the WhatsApp Cloud API: what people write to a business number.

Source: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components and …/webhooks/payload-examples
(read 2026-11-22).
"""

from collections.abc import Mapping

from app.domain.mention import Author, Deletion, Mention, SourceEvent
from ingest.wires.heard import Heard
from ingest.wires.tree import Branch, branch, document, moment, rows, words

CHANNEL = "whatsapp"
CAPTIONED = {"image", "video", "document"}
WORDLESS = {"audio", "sticker", "reaction", "contacts", "order", "system", "request_welcome", "ephemeral"}
"""Types that say nothing in words; they are no mentions."""


def read(body: bytes, now: float) -> Heard:
    """Read one call; receipts of delivery are left out, unknown types are counted."""
    heard = Heard()
    told = document(body)
    if told is None or told.get("object") != "whatsapp_business_account":
        heard.miss("call that is no object of a WhatsApp account")
        return heard
    for entry in rows(told.get("entry")):
        for change in rows(entry.get("changes")):
            _values(heard, change, now)
    return heard


def _values(heard: Heard, change: Branch, now: float) -> None:
    value = branch(change, "value")
    if change.get("field") != "messages":
        heard.hear(None)
        return
    names = {
        known: name
        for contact in rows(value.get("contacts"))
        for known in (words(contact.get("wa_id")), words(contact.get("user_id")))
        if known and (name := words(branch(contact, "profile").get("name")))
    }
    for _ in rows(value.get("statuses")):
        heard.hear(None)
    for message in rows(value.get("messages")):
        kind = message.get("type")
        if kind == "unsupported" or not isinstance(kind, str):
            heard.miss("message of an unsupported type")
        elif kind not in WORDLESS and not _readable(kind):
            heard.miss("message of an unknown type")
        else:
            try:
                heard.hear(_event(message, kind, names, now))
            except LookupError:
                heard.miss(f"{kind} message without id or sender")


def _readable(kind: str) -> bool:
    return kind in CAPTIONED or kind in {"text", "button", "interactive", "location", "edit", "revoke"}


def _event(message: Branch, kind: str, names: Mapping[str, str], now: float) -> SourceEvent | None:
    """Return what a message means; raise `LookupError` if it lacks what it needs."""
    at = moment(message.get("timestamp")) or now
    native = words(message.get("id"))
    if kind == "revoke":
        gone = words(branch(message, "revoke").get("original_message_id"))
        if gone is None:
            raise LookupError
        return Deletion(CHANNEL, gone, at)
    said = message
    if kind == "edit":
        native = words(branch(message, "edit").get("original_message_id"))
        said = branch(message, "edit", "message")
        kind = str(said.get("type"))
    text = _text(said, kind)
    if text is None:
        return None
    sender = words(message.get("from")) or words(message.get("from_user_id")) or words(message.get("user_id"))
    if native is None or sender is None:
        raise LookupError
    edited = said is not message
    return Mention(
        CHANNEL,
        native,
        at,
        text,
        Author(sender, name=names.get(sender)),
        kind="message",
        in_reply_to=words(branch(said, "context").get("id")),
        edited_at=at if edited else None,
        revision=int(at * 1_000_000) if edited else 0,
    )


def _text(message: Branch, kind: str) -> str | None:
    """Return the words of a message; None if it has none."""
    if kind in CAPTIONED:
        return words(branch(message, kind).get("caption"))
    match kind:
        case "text":
            return words(branch(message, "text").get("body"))
        case "button":
            return words(branch(message, "button").get("text"))
        case "interactive":
            chosen = branch(message, "interactive")
            return words(branch(chosen, "button_reply").get("title")) or words(
                branch(chosen, "list_reply").get("title")
            )
        case "location":
            place = branch(message, "location")
            named = [part for part in (words(place.get("name")), words(place.get("address"))) if part]
            return ", ".join(named) or None
    return None
