from ingest.wires import x as wire
from tests.connectors.kit import Kit, Read, recordings

FIRST = "2124184395576246279"


def read(piece: bytes) -> Read:
    if b'"meta"' in piece:
        page = wire.search(piece)
        return Read(page.events, page.unreadable)
    told = wire.line(piece)
    return Read((), 0) if isinstance(told, wire.Problem) else Read(told.events, told.unreadable)


def pieces(whole: bytes) -> list[bytes]:
    return whole.splitlines() if whole.startswith(b'{"data": {') else [whole]


KIT = Kit(
    connector="x",
    recordings=recordings("x"),
    read=read,
    pieces=pieces,
    options={"rules": ["nordlicht"]},
    credentials=("token",),
    promises=(
        {
            "channel": "x",
            "id": FIRST,
            "kind": "post",
            "text": "Seit Stunden kein Strom von @nordlichtstrom #nordlicht (Köln)",
            "published_at": 1795280000.0,
            "edited_at": 1795280600.0,
            "language": "de",
            "author": {
                "id": "501",
                "handle": "lampe_an",
                "name": "Lampe an",
                "followers": 8120,
                "verified": False,
                "url": "https://x.com/lampe_an",
            },
            "engagement": {"likes": 3, "replies": 2, "reposts": 5, "views": 500},
        },
        {"id": "2124184647234486279", "kind": "reply", "in_reply_to": FIRST, "author": {"verified": True}},
        {
            "id": "2124184898892726279",
            "kind": "repost",
            "quotes": FIRST,
            "text": "Seit Stunden kein Strom von @nordlichtstrom #nordlicht",
        },
        {"id": "2124185150550966279", "kind": "quote", "quotes": FIRST, "language": None},
        {"id": "2124185402209206279", "text": "Ein langer Text über Nordlicht Strom, der erst hier endet."},
    ),
)
