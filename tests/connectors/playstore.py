from ingest.wires import playstore as wire
from tests.connectors.kit import Kit, Read, recordings

APP = "de.nordlicht.app"


def read(piece: bytes) -> Read:
    page = wire.reviews(piece, APP)
    return Read(page.events, page.unreadable)


KIT = Kit(
    connector="playstore",
    recordings=recordings("playstore"),
    read=read,
    options={"packages": [APP]},
    credentials=("credentials",),
    promises=(
        {
            "channel": "playstore",
            "id": f"{APP}/gp:AOqp1",
            "kind": "review",
            "text": "Schlecht\nSeit gestern kann ich mich bei Nordlicht nicht anmelden.",
            "rating": 1.0,
            "language": "de",
            "published_at": 1795280000.25,
            "author": {"id": f"{APP}/gp:AOqp1/author", "name": "Ada Lampe"},
            "engagement": {"likes": 7},
        },
        {
            "id": f"{APP}/gp:AOqp1/reply",
            "kind": "reply",
            "in_reply_to": f"{APP}/gp:AOqp1",
            "author": {"id": APP},
        },
        {"id": f"{APP}/gp:AOqp2", "text": "Läuft jetzt gut", "rating": 5.0, "author": {"name": None}},
    ),
)
