"""Hints of a feed: how often, and when not, it wants to be asked (RSS 2.0 `ttl`, `skipHours`, `skipDays`; `sy:`)."""

import re
from collections.abc import Mapping
from typing import Any, Final

HEAD = 65_536
"""Bytes at the start of a feed in which its hints stand."""

PERIODS: Final = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_HOUR = re.compile(rb"<hour>\s{0,99}(\d{1,2})\s{0,99}</hour>")
_DAY = re.compile(rb"<day>\s{0,99}([a-z]{1,9})\s{0,99}</day>")


def pause(feed: Mapping[str, Any]) -> float:
    """Return the seconds between two looks that a feed asks for; 0 if it says nothing."""
    waits = [60.0 * count(str(feed.get("ttl") or "").strip())]
    period = PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    if period:
        waits.append(period / max(1, count(str(feed.get("sy_updatefrequency") or "").strip())))
    return max(waits)


def hours(body: bytes) -> frozenset[int]:
    """Return the hours of the day (UTC) in which it does not want to be asked."""
    return frozenset(int(hour) % 24 for hour in _HOUR.findall(_block(body, b"skiphours")))


def days(body: bytes) -> frozenset[int]:
    """Return the days of the week, Monday 0, on which it does not want to be asked."""
    named = (name.decode() for name in _DAY.findall(_block(body, b"skipdays")))
    return frozenset(DAYS.index(day) for day in named if day in DAYS)


def count(said: Any) -> int:
    """Return a whole number a feed states, a thousand millions at most; 0 if it is none."""
    return min(int(said), 10**9) if isinstance(said, (str, int)) and str(said).isascii() and str(said).isdigit() else 0


def _block(body: bytes, name: bytes) -> bytes:
    """Return what stands between a tag's beginning and its end; nothing if either is missing."""
    _, _, rest = body[:HEAD].lower().partition(b"<" + name + b">")
    inside, ended, _ = rest.partition(b"</" + name + b">")
    return inside if ended else b""
