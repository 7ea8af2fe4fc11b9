"""What a server allows: its headers that say how often it may be asked, and when again."""

import math
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from app.domain.instant import from_rfc3339
from app.domain.source import Quota

EPOCH = 10**9
"""Numbers above are instants, below are seconds from now."""


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds after which a server wants to be asked again (RFC 9110, 10.2.3), or its quota begins anew."""
    said = headers.get("Retry-After")
    if said is not None:
        try:
            return max(0.0, float(said)) if math.isfinite(float(said)) else None
        except ValueError:
            at = _date(said)
            return None if at is None else max(0.0, at - now)
    quota = quota_of(headers, now)
    return max(0.0, quota.resets_at - now) if quota and quota.left <= 0 and quota.resets_at is not None else None


def quota_of(headers: Mapping[str, str], now: float) -> Quota | None:
    """Return what a server says we may still ask: `X-RateLimit-*`, `X-Rate-Limit-*` or `RateLimit-*`."""
    for prefix in ("X-RateLimit-", "X-Rate-Limit-", "RateLimit-"):
        left = _number(headers.get(f"{prefix}Remaining"))
        if left is None:
            continue
        limit = _number(headers.get(f"{prefix}Limit"))
        if limit is None:
            limit = left + (_number(headers.get(f"{prefix}Used")) or 0.0)
        return Quota(limit, left, _reset(headers.get(f"{prefix}Reset"), now))
    return None


def _reset(said: str | None, now: float) -> float | None:
    number = _number(said)
    if number is None:
        return _date(said) if said else None
    return number if number > EPOCH else now + number


def _number(said: str | None) -> float | None:
    try:
        number = float((said or "").split(",")[0])
    except ValueError:
        number = math.nan
    return number if math.isfinite(number) else None


def _date(said: str) -> float | None:
    for read in (from_rfc3339, lambda text: _instant(parsedate_to_datetime(text))):
        try:
            return read(said)
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def _instant(moment: datetime) -> float:
    return moment.timestamp()
