"""What the stackexchange connector promises of its recordings."""

from ingest.wires.stackexchange import answers, comments, questions
from tests.connectors.kit import Kit, Read, recordings

SITE = "stackoverflow"


def read(body: bytes) -> Read:
    if b'"comment_id"' in body:
        found = comments(body, SITE, "a")
    else:
        found = (answers if b'"answer_id"' in body else questions)(body, SITE)
    return Read(found.events, found.unreadable)


KIT = Kit(
    connector="stackexchange",
    recordings=recordings("stackexchange"),
    read=read,
    options={"query": "nordlicht"},
    promises=(
        {
            "channel": "stackexchange",
            "id": f"{SITE}/q/7001",
            "kind": "post",
            "text": 'Nordlicht meter "MQTT" payload\n\nHow do I read it?\n\na < b',
            "url": "https://stackoverflow.com/questions/7001/nordlicht-meter",
            "place": SITE,
            "published_at": "2026-11-20T09:00:00Z",
            "edited_at": "2026-11-20T10:00:00Z",
            "author": {"id": f"{SITE}/user/22", "name": "Ada & Bea", "url": "https://stackoverflow.com/users/22/ada"},
            "engagement": {"likes": 4, "replies": 1, "views": 120},
        },
        {"id": f"{SITE}/q/7002", "author": {"id": f"{SITE}/user/user9"}, "engagement": {"likes": 0}},
        {"id": f"{SITE}/a/7101", "kind": "reply", "in_reply_to": f"{SITE}/q/7001", "text": "Subscribe to #."},
        {"id": f"{SITE}/c/7201", "kind": "comment", "in_reply_to": f"{SITE}/a/7101", "text": "Works, thanks!"},
    ),
)
