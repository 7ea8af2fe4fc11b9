"""A decoded JSON document of which nothing is sure: whatever stands where something else should is simply not there."""

import math
from collections.abc import Iterator
from typing import Any

import msgspec

Branch = dict[str, Any]
MILLISECONDS = 10**11
"""Numbers above are milliseconds since the epoch, below are seconds."""

LATEST = 253_402_300_800.0
"""The year 10000: no instant of a post lies behind it."""


def document(body: bytes) -> Branch | None:
    """Return the JSON object a body holds, None if it holds none."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def branch(value: Any, *path: str) -> Branch:
    """Return the object at a path; an empty one if there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> Iterator[Branch]:
    """Yield the objects of a list."""
    return (row for row in value if isinstance(row, dict)) if isinstance(value, list) else iter(())


def words(value: Any) -> str | None:
    """Return a text that says something; whole numbers are ids and count as text, too."""
    if isinstance(value, str):
        return value if value.strip() else None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def moment(value: Any) -> float | None:
    """Return an instant given as seconds or milliseconds since the epoch, as number or text; None if it can be none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number) or number <= 0:
        return None
    at = number / 1000 if number > MILLISECONDS else number
    return at if at < LATEST else None
