from ingest.wires import appstore as wire
from tests.connectors.kit import Kit, Read, recordings

FIRST = "00000028-b08c-0014-729e-000000000001"


def read(piece: bytes) -> Read:
    page = wire.feed(piece, "de") if piece.lstrip().startswith(b'{\n "feed"') else wire.reviews(piece, "1")
    return Read(page.events, page.unreadable)


KIT = Kit(
    connector="appstore",
    recordings=recordings("appstore"),
    read=read,
    options={"apps": ["1234567890"], "key_id": "2X9R4HXF34"},
    credentials=("private_key",),
    promises=(
        {
            "channel": "appstore",
            "id": FIRST,
            "kind": "review",
            "text": "Stürzt ab\n\nSeit dem letzten Update stürzt Nordlicht ab.",
            "rating": 1.0,
            "place": "DEU",
            "published_at": "2026-11-19T14:10:34Z",
            "author": {"id": f"{FIRST}/author", "name": "Lampe77"},
        },
        {"id": f"{FIRST}/reply", "kind": "reply", "in_reply_to": FIRST, "text": "Ein Update ist unterwegs."},
        {"id": "00000028-b08c-0014-729e-000000000002", "rating": 5.0, "place": "GBR"},
        {
            "id": "rss/de/12345678901",
            "kind": "review",
            "text": "Naja\n\nFrüher war die Nordlicht-App besser.",
            "rating": 2.0,
            "place": "DE",
            "engagement": {"likes": 3},
            "published_at": "2026-11-19T13:10:34Z",
            "author": {"id": "https://itunes.apple.com/de/reviews/id555", "name": "Lampe77"},
        },
    ),
)
