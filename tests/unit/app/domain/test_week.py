from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import week
from app.domain.week import DAYS, instant, spells

CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/St_Johns", date(2010, 3, 14)),  # at one minute past midnight
    ("America/St_Johns", date(2010, 11, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),  # the whole day is skipped
    ("Asia/Kathmandu", date(2026, 6, 1)),
]
"""Zones and days around which their clocks change, or do not."""
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
around = st.tuples(st.sampled_from(CHANGES), st.integers(-2, 2)).map(lambda one: (one[0][0], one[0][1] + one[1] * DAY))
DAY = timedelta(days=1)


def shown(at: float, zone: str) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def looked_up(day: date, at: time, zone: str) -> float:
    """Look at the clock every minute."""
    wanted = datetime.combine(day, at)
    start = (wanted.replace(tzinfo=UTC) - timedelta(hours=15)).timestamp()
    return next(t for t in (start + 60 * n for n in range(60 * 60)) if shown(t, zone) >= wanted)


@given(around, times)
def test_an_instant_is_the_first_at_which_the_clock_shows_that_time_or_a_later_one(place, at):
    zone, day = place
    assert instant(day, at, zone) == looked_up(day, at, zone)


@given(around, times, times)
def test_a_later_time_is_never_an_earlier_instant(place, one, other):
    zone, day = place
    assert instant(day, min(one, other), zone) <= instant(day, max(one, other), zone)
    assert instant(day, time(23, 59), zone) <= instant(day + DAY, time(0), zone)


def test_the_look_up_catches_reading_a_skipped_time_by_the_old_offset():
    naive = datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    assert naive != looked_up(date(2026, 3, 29), time(2, 30), "Europe/Berlin")


def spelled(days, start, end, day, zone="Europe/Berlin", **more):
    noon = instant(day, time(12), zone)
    return list(spells(days, start, end, zone, (noon - 86_400, noon + 86_400), **more))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 11, 21), 8)], ids=str
)
def test_a_night_is_as_long_as_the_clock_makes_it(day, hours):
    [(begin, over)] = spelled({"sat"}, time(22), time(6), day)
    assert over - begin == hours * 3600
    assert shown(begin, "Europe/Berlin") == datetime.combine(day, time(22))
    assert shown(over, "Europe/Berlin") == datetime.combine(day + DAY, time(6))


def test_hours_that_the_change_skips_are_left_out():
    assert spelled({"sun"}, time(2, 10), time(2, 50), date(2026, 3, 29)) == []
    [(begin, over)] = spelled({"sun"}, time(2, 10), time(2, 50), date(2026, 10, 25))
    assert over - begin == 40 * 60  # the first time the clock shows them


def test_equal_times_are_a_whole_day():
    [(begin, over)] = spelled({"sun"}, time(8), time(8), date(2026, 11, 22))
    assert over - begin == 86_400


def test_hours_begin_only_within_the_days_that_are_said():
    day = date(2026, 11, 21)
    assert len(spelled(DAYS, time(8), time(9), day)) == 2 + 1 - 1
    assert len(spelled(DAYS, time(8), time(9), day, within=(day + DAY, None))) == 1
    assert spelled(DAYS, time(8), time(9), day, within=(None, day - 2 * DAY)) == []


@given(around, times, times, st.sets(st.sampled_from(DAYS)), st.integers(-60, 60))
def test_who_asks_for_an_instant_gets_what_who_asks_for_a_fortnight_gets(place, start, end, days, hours):
    zone, day = place
    at = instant(day, time(12), zone) + hours * 3600
    long = spells(days, start, end, zone, (at - 7 * 86_400, at + 7 * 86_400))
    touching = [(begin, over) for begin, over in long if begin <= at < over]
    assert list(spells(days, start, end, zone, (at, at))) == touching


def test_the_day_is_that_of_the_zone():
    at = datetime(2026, 11, 21, 23, 30, tzinfo=UTC).timestamp()
    assert week.day_of(at, "Europe/Berlin") == date(2026, 11, 22)
    assert week.day_of(at, "America/New_York") == date(2026, 11, 21)
