"""Letters as recorded."""

from app.domain.instant import from_rfc3339
from ingest.wires import mail
from tests.connectors.kit import Kit, Read, recordings

NOW = from_rfc3339("2026-11-21T20:00:00Z")


def read(raw: bytes) -> Read:
    try:
        said = mail.read(raw, NOW - 60, NOW)
    except mail.Unclear:
        return Read([], 1)
    return Read([said] if said else [])


KIT = Kit(
    connector="mail",
    recordings=recordings("mail"),
    read=read,
    promises=(
        {
            "channel": "mail",
            "id": "<a1@example.org>",
            "kind": "message",
            "text": "Re: Ihre Störungsmeldung\n\nBei mir ist der Strom immer noch weg.\n\nBitte melden Sie sich!",
            "author": {"id": "anna@example.org", "name": "Anna Beispiel"},
            "in_reply_to": "<ours-1@nordlicht.example>",
            "language": "de",
            "published_at": "2026-11-21T17:00:00Z",
        },
        {
            "channel": "mail",
            "id": "<b2@example.org>",
            "text": "AW: Ihre Rechnung\n\nGuten Tag,\n\nmeine Rechnung von Nordlicht Strom ist falsch.\n\n"
            "📎 Zählerstand.pdf (3 kB)",
            "author": {"id": "ben@example.org", "name": "Muster, Ben"},
            "in_reply_to": "<ours-2@nordlicht.example>",
        },
        {"channel": "mail", "id": "<c3@example.org>", "text": "Nordlicht Strom\n\nThe power has been out since noon."},
        {
            "channel": "mail",
            "id": "<d4@example.org>",
            "author": {"id": "juergen@example.org", "name": "Jürgen"},
        },
        {"channel": "mail", "id": "<e5@example.org>", "text": "Tarif\n\nWelchen Tarif empfehlen Sie?"},
        {
            "channel": "mail",
            "id": "<f6@example.org>",
            "text": "WG: Mahnung\n\nWas soll das?\n\n📎 message/rfc822 (1 kB)",
        },
    ),
    options={"host": "127.0.0.1", "user": "anna"},
    credentials=("password",),
)
