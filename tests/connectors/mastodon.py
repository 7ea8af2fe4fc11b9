"""Mastodon in the suite of all connectors: a page of a timeline, and a stream."""

from ingest.wires.mastodon import Reader
from ingest.wires.sse import Lines
from tests.connectors.kit import Kit, Read, recordings

HOME = "https://social.example/users"
NOW = 1_795_000_000.0


def read(piece: bytes) -> Read:
    """Read a piece as a page if it looks like one, else as the body of a stream."""
    reader = Reader("social.example")
    if piece.lstrip()[:1] in {b"[", b"{"}:
        page = reader.page(piece)
        return Read(page.events, page.unreadable)
    lines, events, unreadable = Lines(), [], 0
    for line in piece.decode("utf-8", "replace").split("\n"):
        event = lines.take(line)
        if event:
            said = reader.event(*event, NOW)
            events += said.events
            unreadable += said.unreadable
    return Read(events, unreadable)


KIT = Kit(
    connector="mastodon",
    recordings=recordings("mastodon"),
    read=read,
    promises=(
        {
            "id": f"{HOME}/bert/statuses/115590000000000002",
            "channel": "mastodon",
            "kind": "reply",
            "text": "@anna Bei uns auch!",
            "language": "de",
            "in_reply_to": f"{HOME}/anna/statuses/115590000000000001",
            "published_at": "2026-11-21T18:00:05Z",
        },
        {
            "id": f"{HOME}/cora/statuses/115590000000000003",
            "text": "Strompreise, Nordlicht\n\nDer neue Tarif ist wirklich schlecht erklärt.",
            "edited_at": "2026-11-21T18:04:00Z",
        },
        {
            "id": f"{HOME}/dora/statuses/115590000000000004/activity",
            "kind": "repost",
            "author": {"handle": "dora@social.example", "followers": 120, "url": "https://social.example/@dora"},
        },
        {
            "id": "https://anderswo.example/objects/9f7c",
            "kind": "quote",
            "url": "https://anderswo.example/notice/9f7c",
            "author": {
                "id": "https://anderswo.example/users/emil",
                "handle": "emil@anderswo.example",
                "name": "Emil ⚡",
                "followers": 54321,
            },
        },
        {
            "id": f"{HOME}/anna/statuses/115590000000000001",
            "text": "Der Strom ist wieder da, danke!",
            "edited_at": "2026-11-21T19:00:00Z",
            "engagement": {"likes": 7, "replies": 2, "reposts": 3},
        },
        {"id": f"{HOME}/gerd/statuses/115590000000000007", "deleted_at": NOW},
    ),
    options={"url": "https://social.example"},
)
