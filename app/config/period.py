"""Days and instants as config.yaml states them, such as the first and the last day of a campaign."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.instant import from_rfc3339

ADVICE = "write a day such as 2026-11-21, or an instant such as 2026-11-21T18:00:00Z"


def moment(written: Any) -> date | float:
    """Return a day, or an instant in seconds since the epoch; raise `ValueError` for anything else."""
    if isinstance(written, datetime):
        if written.tzinfo is None:
            raise ValueError(f"an offset is missing; {ADVICE}")
        return written.timestamp()
    if isinstance(written, date):
        return written
    if not isinstance(written, str):
        raise ValueError(ADVICE)  # noqa: TRY004 - pydantic wants it
    try:
        return date.fromisoformat(written) if len(written) == len("2026-11-21") else from_rfc3339(written)
    except (ValueError, OverflowError):
        raise ValueError(f"this is no day and no instant; {ADVICE}") from None


def begin(at: date | float, zone: str) -> float:
    """Return the instant at which it begins: of a day its midnight in that zone."""
    return datetime.combine(at, time(), ZoneInfo(zone)).timestamp() if isinstance(at, date) else at


def end(at: date | float, zone: str) -> float:
    """Return the instant at which it is over: of a day the midnight after it."""
    return begin(at + timedelta(days=1), zone) if isinstance(at, date) else at
