"""Discourse's webhooks as recorded: the event's name beside the body."""

import msgspec

from app.domain.instant import from_rfc3339
from ingest.wires import discourse_hook
from ingest.wires.tree import document, words
from tests.connectors.kit import Kit, Read, recordings

NOW = from_rfc3339("2026-11-21T20:00:00Z")
SITE = "https://forum.example.org"


def read(body: bytes) -> Read:
    told = document(body) or {}
    try:
        payload = msgspec.json.encode(told.get("payload", {}))
    except (ValueError, TypeError, UnicodeError):
        payload = body
    heard = discourse_hook.read(payload, words(told.get("event")) or "", SITE, NOW)
    return Read(heard.events, heard.unreadable)


KIT = Kit(
    connector="discourse_hook",
    recordings=recordings("discourse_hook"),
    read=read,
    promises=(
        {
            "channel": "discourse",
            "id": f"{SITE}/t/12/1",
            "kind": "post",
            "text": "Strom weg\n\nBei Nordlicht ist der Strom weg.",
            "author": {"handle": "anna", "name": "Anna Beispiel"},
            "published_at": "2026-11-21T17:00:00Z",
        },
        {
            "channel": "discourse",
            "id": f"{SITE}/t/12/2",
            "kind": "reply",
            "in_reply_to": f"{SITE}/t/12/1",
            "edited_at": "2026-11-21T17:09:00Z",
        },
        {"channel": "discourse", "id": f"{SITE}/t/12/3", "deleted_at": NOW},
        {"channel": "discourse", "id": f"{SITE}/t/13/1", "deleted_at": NOW},
        {"channel": "discourse", "id": f"{SITE}/t/13/2", "deleted_at": NOW},
    ),
    options={"url": SITE},
    credentials=("secret",),
)
