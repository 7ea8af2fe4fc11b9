"""Instants: UTC seconds since the epoch, and their written form."""

from datetime import UTC, datetime


def rfc3339(instant: float) -> str:
    """Return an instant as RFC 3339 in UTC with milliseconds, ending in Z."""
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> float:
    """Read an RFC 3339 instant with its offset; raise `ValueError` if it has none or is not one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an offset is missing: end it with Z or +01:00")
    return moment.timestamp()


def told_instant(text: str | None) -> float | None:
    """Return an instant that somebody may tell, None where it is missing or is not one."""
    try:
        return from_rfc3339(text) if text else None
    except (ValueError, OverflowError):
        return None
