"""What the feeds connector promises of its recordings."""

from app.domain.instant import from_rfc3339
from ingest.wires.feeds import Source
from ingest.wires.feeds import read as parse
from tests.connectors.kit import Kit, Read, recordings

NOW = from_rfc3339("2026-11-21T20:00:00Z")
ADDRESS = "https://blog.example/feed/"


def read(body: bytes) -> Read:
    feed = parse(body, Source(ADDRESS, comments=b"<title>Comments" in body), NOW, {"Content-Type": "application/xml"})
    return Read([*(item.mention for item in feed.items), *feed.deletions], feed.unreadable)


KIT = Kit(
    connector="feeds",
    recordings=recordings("feeds"),
    read=read,
    options={"url": ADDRESS},
    promises=(
        {
            "channel": "feeds",
            "id": "https://blog.example/?p=12",
            "kind": "article",
            "text": "Nordlicht erhöht die Preise \u2013 schon wieder\n\n"
            "Der Nordlicht-Tarif wird teurer.\n\nMehr im Forum.",
            "url": "https://blog.example/2026/11/nordlicht-preise/",
            "language": "de-DE",
            "published_at": "2026-11-20T09:30:00Z",
            "author": {"id": "blog.example/Ada Okafor", "name": "Ada Okafor"},
            "engagement": {"replies": 3},
            "in_reply_to": None,
        },
        {
            "id": "https://blog.example/2026/11/ohne-kennung/",
            "text": "Ohne eigene Kennung\n\nEine Meldung & ein Rest.",
            "author": {"id": "blog.example", "name": "Netzgeflüster"},
        },
        {"id": f"{ADDRESS}#post-11", "published_at": "2026-11-21T20:00:00Z", "author": {"name": "Bea"}},
        {
            "id": "https://blog.example/?p=12#comment-34",
            "kind": "comment",
            "in_reply_to": "https://blog.example/?p=12",
            "text": "Ich habe gekündigt.",
            "author": {"name": "Carl"},
        },
        {
            "id": "tag:wire.example,2026:9",
            "text": "Outage at <Nordlicht> over\n\nPower is back in 3 < 4 hours.",
            "published_at": "2026-11-20T09:00:00Z",
            "edited_at": "2026-11-20T12:00:00Z",
            "engagement": {"replies": 4},
            "language": "en",
        },
        {
            "id": "tag:wire.example,2026:9/1",
            "in_reply_to": "tag:wire.example,2026:9",
            "text": "Re: Outage\n\nNot here.",
        },
        {"id": "tag:wire.example,2026:8", "deleted_at": "2026-11-20T11:30:00Z"},
        {
            "id": "https://status.example/42",
            "text": "Meters\n\nNordlicht meters report again.",
            "edited_at": "2026-11-20T08:00:00Z",
            "author": {"name": "Operations"},
        },
        {"id": f"{ADDRESS}#41", "text": "a < b, and no markup", "author": {"id": "blog.example/Eve"}},
        {"id": "https://alt.example/7", "text": "Störung bei Nordlicht\n\nÜberall."},
        {
            "id": "https://kaputt.example/1",
            "text": "Offen & unsauber\n\nNordlicht geht",
            "published_at": "2026-11-20T05:00:00Z",
        },
    ),
)
