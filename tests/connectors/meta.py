"""Meta's webhooks as recorded."""

from app.domain.instant import from_rfc3339
from ingest.wires import meta
from tests.connectors.kit import Kit, Read, recordings

NOW = from_rfc3339("2026-11-21T20:00:00Z")
T = 1_795_280_000.0


def read(body: bytes) -> Read:
    heard = meta.read(body, NOW)
    return Read(heard.events, heard.unreadable)


KIT = Kit(
    connector="meta",
    recordings=recordings("meta"),
    read=read,
    promises=(
        {
            "channel": "facebook",
            "id": "1001_1",
            "kind": "post",
            "text": "Nordlicht Strom ist seit Stunden weg!",
            "published_at": T,
            "author": {"id": "501", "name": "Anna Beispiel"},
            "url": "https://www.facebook.com/1001_1",
            "edited_at": None,
        },
        {
            "channel": "facebook",
            "id": "1_11",
            "kind": "comment",
            "text": "Bei uns auch",
            "in_reply_to": "1001_1",
            "published_at": T + 10,
        },
        {"channel": "facebook", "id": "1_12", "deleted_at": T + 100},
        {"channel": "facebook", "id": "777_5", "author": {"id": "777", "name": "Stadtblatt"}},
        {"channel": "facebook", "id": "m_1", "kind": "message", "author": {"id": "601"}, "published_at": T},
        {"channel": "facebook", "id": "m_3", "in_reply_to": "m_2"},
        {
            "channel": "instagram",
            "id": "17865799",
            "kind": "comment",
            "author": {"id": "232323", "handle": "anna.b"},
            "in_reply_to": "17865700",
        },
        {"channel": "instagram", "id": "aWdf1", "kind": "message", "text": "Hallo Nordlicht"},
        {"channel": "instagram", "id": "aWdf2", "deleted_at": T + 3},
        {"channel": "instagram", "id": "aWdf3", "text": "Hallo, Nordlicht!", "edited_at": T + 4},
    ),
    credentials=("app_secret",),
)
