"""What the wordpress connector promises of its recordings."""

from ingest.wires.wordpress import comments, posts
from tests.connectors.kit import Kit, Read, recordings

SITE = "https://blog.example"


def read(body: bytes) -> Read:
    found = (comments if b'"post"' in body else posts)(body, SITE)
    return Read(found.events, found.unreadable)


KIT = Kit(
    connector="wordpress",
    recordings=recordings("wordpress"),
    read=read,
    options={"url": SITE, "user": "emberwatch"},
    credentials=("password",),
    promises=(
        {
            "channel": "wordpress",
            "id": f"{SITE}/?p=12",
            "kind": "article",
            "text": "Nordlicht erhöht die Preise \u2013 schon wieder\n\nDer Nordlicht-Tarif wird teurer.",
            "url": "https://blog.example/2026/11/nordlicht-preise/",
            "published_at": "2026-11-20T09:30:00Z",
            "edited_at": None,
            "author": {"id": f"{SITE}/author/3", "name": "Ada Okafor", "url": "https://blog.example/author/ada/"},
        },
        {"id": f"{SITE}/?p=9", "edited_at": "2026-11-20T10:15:00Z", "author": {"id": f"{SITE}/author/4"}},
        {
            "id": f"{SITE}/?p=12#comment-34",
            "kind": "comment",
            "text": "Ich habe gekündigt.",
            "in_reply_to": f"{SITE}/?p=12",
            "author": {"id": f"{SITE}/guest/Carl & Co", "name": "Carl & Co"},
        },
        {
            "id": f"{SITE}/?p=12#comment-35",
            "in_reply_to": f"{SITE}/?p=12#comment-34",
            "author": {"id": f"{SITE}/author/3"},
        },
    ),
)
