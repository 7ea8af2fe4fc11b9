"""Telegram's updates as recorded."""

from app.domain.instant import from_rfc3339
from ingest.wires import telegram
from tests.connectors.kit import Kit, Read, recordings

NOW = from_rfc3339("2026-11-21T20:00:00Z")
T = 1_795_280_000.0


def read(body: bytes) -> Read:
    heard = telegram.read(body, NOW)
    return Read(heard.events, heard.unreadable)


KIT = Kit(
    connector="telegram",
    recordings=recordings("telegram"),
    read=read,
    promises=(
        {
            "channel": "telegram",
            "id": "-100123/9",
            "kind": "post",
            "published_at": T,
            "url": "https://t.me/stadtfunk/9",
            "author": {"id": "-100123", "handle": "stadtfunk", "name": "Stadtfunk"},
        },
        {
            "channel": "telegram",
            "id": "70/3",
            "kind": "message",
            "language": "de",
            "author": {"id": "70", "handle": "anna_b", "name": "Anna B", "url": "https://t.me/anna_b"},
        },
        {"channel": "telegram", "id": "-100456/12", "kind": "reply", "in_reply_to": "-100456/11"},
        {"channel": "telegram", "id": "71/4", "deleted_at": NOW},
        {"channel": "telegram", "id": "71/5", "deleted_at": NOW},
    ),
    credentials=("token",),
)
