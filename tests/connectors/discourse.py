"""What the discourse connector promises of its recordings."""

from app.domain.instant import from_rfc3339
from ingest.wires.discourse import latest
from tests.connectors.kit import Kit, Read, recordings

SITE = "https://forum.example"
NOW = from_rfc3339("2026-11-21T20:00:00Z")


def read(body: bytes) -> Read:
    found, _ = latest(body, SITE, NOW, {5: "Störungen"})
    return Read(found.events, found.unreadable)


KIT = Kit(
    connector="discourse",
    recordings=recordings("discourse"),
    read=read,
    options={"url": SITE},
    promises=(
        {
            "channel": "discourse",
            "id": f"{SITE}/t/77/1",
            "kind": "post",
            "text": "Netz weg\n\nNordlicht, was ist los?",
            "url": f"{SITE}/t/netz-weg/77/1",
            "place": "Störungen",
            "published_at": "2026-11-20T10:00:00Z",
            "edited_at": None,
            "author": {"id": f"{SITE}/u/10", "handle": "ada", "name": "Ada", "url": f"{SITE}/u/ada"},
            "engagement": {"likes": 0, "replies": 2, "views": 40},
        },
        {
            "id": f"{SITE}/t/77/2",
            "kind": "reply",
            "text": "Bei mir auch, seit gestern.",
            "in_reply_to": f"{SITE}/t/77/1",
            "edited_at": "2026-11-20T11:10:00Z",
            "engagement": {"likes": 6, "replies": 1, "views": 17},
        },
        {"id": f"{SITE}/t/77/4", "deleted_at": "2026-11-20T12:30:00Z"},
    ),
)
