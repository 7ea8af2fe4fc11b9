"""Hours that come back every week by the clock on the wall of a zone, as instants; safe across its changes of time."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from app.errors import WrongInput

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)

_ONE = timedelta(days=1)


def instant(day: date, at: time, zone: str) -> float:
    """Return the first instant at which the clock of `zone` shows this time of this day, or a later one.

    So a time that is skipped in spring is the moment of the change, one that comes twice in autumn is the first of the
    two, and a later time is never an earlier instant.
    """
    wanted = datetime.combine(day, at)
    before = wanted.replace(tzinfo=ZoneInfo(zone))
    late = before.timestamp()
    if _shown(late, zone) == wanted:
        return late
    early = before.replace(fold=1).timestamp()  # the change lies between the readings by its two offsets
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (early, middle) if _shown(middle, zone) >= wanted else (middle, late)
    return late


def day_of(at: float, zone: str) -> date:
    """Return which day the calendar of `zone` shows at an instant."""
    return _shown(at, zone).date()


def assert_zone(zone: str) -> None:
    """Raise `WrongInput` unless this is a time zone."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise WrongInput(f"{zone[:60]!r} is no time zone; write one like Europe/Berlin.") from None


def spells(
    days: Collection[Day],
    start: time,
    end: time,
    zone: str,
    between: tuple[float, float],
    within: tuple[date | None, date | None] = (None, None),
) -> Iterator[tuple[float, float]]:
    """Yield when hours that begin on `days` at `start` begin and end, of those that touch a time, the earliest first.

    Hours that end no later than they start end on the next day, so equal times are a whole day. Spells that a change
    of time leaves nothing of are left out. `between` is a time in UTC seconds, both its ends included; `within` are
    the first and the last day on which hours may begin.
    """
    since, until = between
    day = max(day_of(since, zone) - 2 * _ONE, within[0] or date.min)
    last = min(day_of(until, zone) + _ONE, within[1] or date.max)
    while day <= last:
        if DAYS[day.weekday()] in days:
            begin, over = instant(day, start, zone), instant(day if end > start else day + _ONE, end, zone)
            if begin < over and begin <= until and since < over:
                yield begin, over
        day += _ONE


def _shown(at: float, zone: str) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None, fold=0)
