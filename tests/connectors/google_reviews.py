from ingest.wires import google_reviews as wire
from tests.connectors.kit import Kit, Read, recordings

HERE = "accounts/111/locations/222"


def read(piece: bytes) -> Read:
    page = wire.reviews(piece)
    return Read(page.events, page.unreadable)


KIT = Kit(
    connector="google_reviews",
    recordings=recordings("google_reviews"),
    read=read,
    options={"locations": [HERE], "client_id": "abc.apps.googleusercontent.com"},
    credentials=("client_secret", "refresh_token"),
    promises=(
        {
            "channel": "google_reviews",
            "id": f"{HERE}/reviews/AbC1",
            "kind": "review",
            "text": "Nie wieder Nordlicht Strom.",
            "rating": 1.0,
            "published_at": "2026-11-18T08:00:00.123Z",
            "edited_at": "2026-11-19T09:30:00.500Z",
            "author": {"id": f"{HERE}/reviews/AbC1/reviewer", "name": "Ada Lampe"},
        },
        {
            "id": f"{HERE}/reviews/AbC1/reply",
            "kind": "reply",
            "in_reply_to": f"{HERE}/reviews/AbC1",
            "text": "Das tut uns leid. Bitte rufen Sie uns an.",
            "author": {"id": HERE},
        },
        {"id": f"{HERE}/reviews/AbC2", "rating": 5.0, "text": "", "author": {"name": None}},
        {"id": f"{HERE}/reviews/AbC3", "rating": 3.0, "text": "Ganz in Ordnung.", "edited_at": None},
    ),
)
