from ingest.wires import youtube as wire
from tests.connectors.kit import Kit, Read, recordings

PARENT = "UgxAda0000000000001"


def read(piece: bytes) -> Read:
    if b"commentListResponse" in piece:
        page = wire.replies(piece, PARENT, "vLampe00001")
    else:
        page, _ = wire.threads(piece)
    return Read(page.events, page.unreadable)


KIT = Kit(
    connector="youtube",
    recordings=recordings("youtube"),
    read=read,
    options={"channels": ["UCnordlicht00000000000000"]},
    credentials=("api_key",),
    promises=(
        {
            "channel": "youtube",
            "id": PARENT,
            "kind": "comment",
            "text": "Seit dem Update von Nordlicht Strom geht die App nicht mehr 😡",
            "published_at": "2026-11-20T09:00:00Z",
            "edited_at": None,
            "url": f"https://www.youtube.com/watch?v=vLampe00001&lc={PARENT}",
            "author": {
                "id": "UCada000000000000000000",
                "handle": "ada-lampe",
                "name": "@ada-lampe",
                "url": "https://www.youtube.com/channel/UCada000000000000000000",
            },
            "engagement": {"likes": 4, "replies": 3},
        },
        {"id": f"{PARENT}.r1", "kind": "reply", "in_reply_to": PARENT, "text": "Bei mir auch!"},
        {"id": f"{PARENT}.r2", "kind": "reply", "in_reply_to": PARENT, "author": {"handle": "nordlichtstrom"}},
        {
            "id": "UgxCleo000000000002",
            "edited_at": "2026-11-20T12:30:00Z",
            "author": {"name": "Cleo M.", "handle": None},
        },
        {"id": "UgxKanal00000000003", "kind": "comment", "url": None},
    ),
)
