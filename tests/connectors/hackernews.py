"""Hacker News in the suite of all connectors: items, one a line."""

from app.domain.mention import Deletion
from ingest.wires.hackernews import CHANNEL, item, number, updates
from tests.connectors.kit import Kit, Read, recordings

GONE_AT = 1_795_000_200.0


def read(piece: bytes) -> Read:
    """Read a piece as an item, and as whatever else is asked for."""
    number(piece)
    updates(piece)
    said = item(piece)
    if said.gone:
        return Read([Deletion(CHANNEL, said.gone, GONE_AT)])
    return Read([said.mention] if said.mention else [], int(bool(said.fault)))


KIT = Kit(
    connector="hackernews",
    recordings=recordings("hackernews"),
    read=read,
    pieces=bytes.splitlines,
    promises=(
        {
            "id": "41000001",
            "channel": "hackernews",
            "kind": "post",
            "text": "Nordlicht's smart meter leaks your consumption\n\nhttps://blog.example.com/nordlicht-meter",
            "url": "https://news.ycombinator.com/item?id=41000001",
            "author": {"id": "anna", "handle": "anna", "url": "https://news.ycombinator.com/user?id=anna"},
            "engagement": {"likes": 57, "replies": 2},
            "published_at": "2026-11-18T11:06:40Z",
        },
        {
            "id": "41000002",
            "kind": "comment",
            "in_reply_to": "41000001",
            "text": "I had the same with Nordlicht > support was no help.\nSee https://forum.example.com/t/9\n\n"
            "curl nordlicht.example",
        },
        {"id": "41000003", "kind": "post"},
        {"id": "41000004", "deleted_at": GONE_AT},
        {"id": "41000005", "deleted_at": GONE_AT},
        {"id": "41000007", "kind": "comment", "in_reply_to": "41000006"},
    ),
    options={},
)
