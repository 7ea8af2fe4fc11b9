"""WhatsApp's webhooks as recorded."""

from app.domain.instant import from_rfc3339
from ingest.wires import whatsapp
from tests.connectors.kit import Kit, Read, recordings

NOW = from_rfc3339("2026-11-21T20:00:00Z")
T = 1_795_280_000.0


def read(body: bytes) -> Read:
    heard = whatsapp.read(body, NOW)
    return Read(heard.events, heard.unreadable)


KIT = Kit(
    connector="whatsapp",
    recordings=recordings("whatsapp"),
    read=read,
    promises=(
        {
            "channel": "whatsapp",
            "id": "wamid.A",
            "kind": "message",
            "text": "Nordlicht Strom: wann kommt der Techniker?",
            "published_at": T,
            "author": {"id": "49170111", "name": "Dana Muster"},
        },
        {"channel": "whatsapp", "id": "wamid.B", "in_reply_to": "wamid.OURS"},
        {"channel": "whatsapp", "id": "wamid.C", "text": "So sieht der Zähler aus"},
        {"channel": "whatsapp", "id": "wamid.F", "text": "Meine Rechnung"},
        {"channel": "whatsapp", "id": "wamid.G", "text": "Rückruf"},
        {"channel": "whatsapp", "id": "wamid.H", "text": "Störung melden"},
        {"channel": "whatsapp", "id": "wamid.I", "text": "Alexanderplatz, Berlin"},
    ),
    credentials=("app_secret",),
)
