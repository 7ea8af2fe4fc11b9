"""Bluesky in the suite of all connectors: frames of Jetstream v1 and v2."""

from app.errors import SourceUnavailable
from ingest.wires.jetstream import Reader
from tests.connectors.kit import Kit, Read, recordings

ANNA, POST = "did:plc:anna", "at://did:plc:anna/app.bsky.feed.post/3n2lg2sdrci2b"


def read(frame: bytes) -> Read:
    """Read a frame by both versions of the wire; each passes over what the other sends."""
    events, faults = [], []
    for reader in (Reader(), Reader(v2=True)):
        try:
            item = reader.read(frame)
        except SourceUnavailable:
            return Read([])
        events += [item.event] if item.event else []
        faults.append(bool(item.fault))
    return Read(events, int(all(faults)))


KIT = Kit(
    connector="bluesky",
    recordings=tuple(path for path in recordings("bluesky") if path.suffix == ".jsonl"),
    read=read,
    pieces=bytes.splitlines,
    promises=(
        {
            "id": "at://did:plc:bert/app.bsky.feed.post/3n2lg2tjgwp2b",
            "kind": "reply",
            "text": "Bei uns auch!",
            "language": "de",
            "in_reply_to": POST,
            "published_at": "2026-11-18T11:06:43.703Z",
            "author": {"id": "did:plc:bert", "url": "https://bsky.app/profile/did:plc:bert"},
        },
        {
            "id": "at://did:plc:cora/app.bsky.feed.post/3n2lg2up4kw2b",
            "kind": "quote",
            "url": "https://bsky.app/profile/did:plc:cora/post/3n2lg2up4kw2b",
        },
        {"id": POST, "deleted_at": 1795000007.407402},
    ),
    options={"url": "ws://127.0.0.1:1/subscribe"},
)
