from ingest.wires import reddit as wire
from tests.connectors.kit import Kit, Read, recordings


def read(piece: bytes) -> Read:
    page = wire.listing(piece)
    return Read(page.events, page.unreadable)


KIT = Kit(
    connector="reddit",
    recordings=recordings("reddit"),
    read=read,
    options={"subreddits": ["strom"], "client_id": "abc"},
    credentials=("client_secret",),
    promises=(
        {
            "channel": "reddit",
            "id": "t3_aaa3",
            "kind": "post",
            "text": "Nordlicht Strom: Preise & Kritik\n\n> schon wieder teurer",
            "published_at": 1795280300.0,
            "edited_at": 1795280360.0,
            "url": "https://www.reddit.com/r/strom/comments/aaa3/x/",
            "author": {
                "id": "t2_lampe",
                "handle": "lampenladen",
                "url": "https://www.reddit.com/user/lampenladen",
            },
            "engagement": {"likes": 12, "replies": 3},
        },
        {"id": "t3_aaa1", "text": "Wer hat Erfahrung mit Nordlicht Strom?", "edited_at": None},
        {"channel": "reddit", "id": "t3_aaa2", "deleted_at": 1795280200.0},
        {"id": "t1_ccc2", "kind": "comment", "in_reply_to": "t3_aaa1", "engagement": {"likes": 0}},
        {"id": "t1_ccc1", "deleted_at": 1795280250.0},
    ),
)
