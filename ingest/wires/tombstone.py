"""Tombstones: entries that an Atom feed says are gone (RFC 6721), which feedparser does not read."""

import re

from app.domain.instant import from_rfc3339

_ENTRY = re.compile(rb"<(?:[\w-]+:)?deleted-entry\b([^<>]{1,3000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""\b(ref|when)\s*=\s*["']([^"']*)["']""")


def tombstones(body: bytes) -> list[tuple[str, float | None]]:
    """Return id and moment of each deleted entry, None where it tells no moment; any bytes are legal input."""
    gone = []
    for tag in _ENTRY.findall(body) if b"deleted-entry" in body else ():
        said = {key.decode(): value.decode("utf-8", "replace") for key, value in _ATTRIBUTE.findall(tag)}
        if not said.get("ref"):
            continue
        try:
            at: float | None = from_rfc3339(said.get("when", ""))
        except (ValueError, OverflowError):
            at = None
        gone.append((said["ref"], at))
    return gone
