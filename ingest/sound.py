"""Soundness: what every event a connector hands over has to be, whatever its channel sent."""

import math
from dataclasses import replace

from app.domain.mention import AuthorRemoval, Deletion, Mention, SourceEvent
from app.domain.wire import EARLIEST
from ingest.connector import Batch

LONGEST_ID = 2_048


def sound(batch: Batch) -> Batch:
    """Return a batch without the events that cannot be taken, which count as unreadable instead."""
    wrong = [fault for fault in map(unsound, batch.events) if fault]
    if not wrong:
        return batch
    return replace(
        batch,
        events=[event for event in batch.events if not unsound(event)],
        received=batch.received or len(batch.events),
        unreadable=batch.unreadable + len(wrong),
        fault=batch.fault or wrong[0],
    )


def unsound(event: SourceEvent) -> str:
    """Return why an event cannot be taken, in a few words that never quote it; empty if it can.

    Ids have to be there, short and encodable, instants finite and after 1990, numbers numbers. Texts and names are
    not looked at: `normalise` bounds and cleans them.
    """
    match event:
        case Mention():
            return _mention(event)
        case Deletion():
            return _named(event.id, "id") or _dated(event.deleted_at, "deleted_at")
        case AuthorRemoval():
            return _named(event.author_id, "author id") or _dated(event.deleted_at, "deleted_at")


def _mention(mention: Mention) -> str:
    named = _named(mention.id, "id") or _named(mention.author.id, "author id")
    if named:
        return named
    for name, relative in (("in_reply_to", mention.in_reply_to), ("quotes", mention.quotes)):
        if relative is not None and (wrong := _named(relative, name)):
            return wrong
    dated = _dated(mention.published_at, "published_at")
    if not dated and mention.edited_at is not None:
        dated = _dated(mention.edited_at, "edited_at")
    if not dated and mention.rating is not None and not math.isfinite(mention.rating):
        return "a rating that is no number"
    return dated


def _named(name: str, field: str) -> str:
    if not name.strip():
        return f"an empty {field}"
    if len(name) > LONGEST_ID:
        return f"an {field} of more than {LONGEST_ID:,} characters"
    return "" if name.isascii() or _encodable(name) else f"an {field} that is no text"


def _encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _dated(instant: float, field: str) -> str:
    if not math.isfinite(instant):
        return f"a {field} that is no instant"
    return "" if instant >= EARLIEST else f"a {field} before 1990"
