import random
from itertools import pairwise

import pytest

from app.domain.habit import DAY, FALSE_ALARMS, HOUR, SHORTEST, WEEK, WEEKS, YEAR, Habit, Hour

BEGIN = 1_794_787_200 - 20 * WEEK
"""A Monday, 00:00 UTC, without a change of clocks in the weeks that follow where the zone is UTC."""


def hours(weeks, items, *, heard=3600, begin=BEGIN):
    return [Hour(begin + n * HOUR, items(n), heard) for n in range(int(weeks * 168))]


def habit(past, now=None, zone="UTC"):
    return Habit(past, zone, now if now is not None else past[-1].start + HOUR)


def test_too_little_history_says_nothing():
    assert habit([Hour(BEGIN, 40, 3600)]).usual(BEGIN) is None
    two_days = habit(hours(2 / 7, lambda _: 40))
    assert two_days.usual(BEGIN + 3 * DAY) is None
    assert two_days.patience(BEGIN + 3 * DAY) is None


def test_the_hour_of_the_day_speaks_until_the_hour_of_the_week_is_known():
    busy_mondays = lambda n: 100 if n // 24 % 7 == 0 else 10  # noqa: E731 - two of a kind, side by side
    monday = BEGIN + 10 * WEEK + 9 * HOUR
    assert habit(hours(2, busy_mondays)).usual(monday) == 10, "two Mondays are too few"
    assert habit(hours(3, busy_mondays)).usual(monday) == 100


def test_one_strange_week_changes_nothing():
    past = hours(6, lambda n: 5_000 if n // 168 == 2 else 40)
    assert habit(past).usual(BEGIN + 10 * WEEK) == 40


def test_hours_of_not_listening_do_not_count_and_short_ones_are_scaled():
    deaf = [Hour(one.start, 0, 600) if n % 2 else one for n, one in enumerate(hours(8, lambda _: 20, heard=1800))]
    assert habit(deaf).usual(BEGIN + 10 * WEEK) == 40
    assert habit(deaf).usual(BEGIN + 10 * WEEK + HOUR) is None


def test_what_is_long_ago_and_the_running_hour_are_left_out():
    past = hours(WEEKS + 4, lambda n: 40 if n < 4 * 168 else 10)
    assert habit(past).usual(BEGIN) == 10
    running = [*past, Hour(past[-1].start + HOUR, 0, 3600)]
    assert habit(running, now=running[-1].start + 60).patience(running[-1].start) is not None


def test_local_time_decides():
    past = hours(8, lambda n: 50 if n % 24 == 8 else 2)  # 08 UTC is 10 in Berlin's summer
    assert habit(past, zone="Europe/Berlin").usual(BEGIN + 8 * WEEK + 8 * HOUR) == 50


def test_patience_is_short_where_much_comes_and_long_where_little_or_in_bursts():
    at = BEGIN + 10 * WEEK + HOUR / 2
    steady = [habit(hours(8, lambda _, many=many: many)).patience(at) for many in (4_000, 40, 4)]
    assert steady[0] == SHORTEST
    assert 15 * 60 < steady[1] < 25 * 60, "ln(351,000) gaps a year over 40 an hour: 19 minutes"
    assert 2 * HOUR < steady[2] < 4 * HOUR
    bursts = habit(hours(8, lambda n: 160 if n % 4 == n // 168 % 4 else 0)).patience(at)
    assert bursts is None, "an hour of nothing is nothing strange there"
    assert habit(hours(8, lambda n: 1 if n % 24 == 0 else 0)).patience(at) is None


def test_a_silence_through_the_night_counts_the_night():
    day = habit(hours(8, lambda n: 60 if 8 <= n % 24 < 22 else 0))
    evening, morning = BEGIN + 10 * WEEK + 21.9 * HOUR, BEGIN + 10 * WEEK + 8.1 * HOUR
    assert day.patience(evening) < HOUR
    assert day.patience(morning) > 10 * HOUR, "six minutes of the morning and the end of the evening before"


def rate(at, base):
    """Half as much at night, on Sunday another third less."""
    return base * (1.0 if 7 <= at // HOUR % 24 < 22 else 0.5) * (0.7 if at // DAY % 7 == 2 else 1.0)


def arrivals(chance, base, burst, end):
    at = float(BEGIN)
    while at < end:
        at += chance.expovariate(base / burst / HOUR)
        if chance.random() < rate(at, base) / base:
            yield at, chance.randint(1, 2 * burst - 1)


@pytest.mark.parametrize(("base", "burst"), [(40, 1), (40, 5), (200, 10)])
def test_false_alarms_stay_within_the_bound(base, burst):
    """A quarter of seeded sources, steady and bursty: at most as many alarms as promised, outages found in time."""
    learning, judged = WEEKS * WEEK, 13 * WEEK
    heard = list(arrivals(random.Random(7), base, burst, BEGIN + learning + judged))
    counted = {}
    for at, items in heard:
        counted[int(at) // HOUR] = counted.get(int(at) // HOUR, 0) + items
    past = [Hour(n * HOUR, counted.get(n, 0), 3600) for n in range(BEGIN // HOUR, int(heard[-1][0]) // HOUR)]
    alarms, made, known = 0, 0.0, None
    for (before, _), (at, _) in pairwise(heard):
        if before < BEGIN + learning:
            continue
        if known is None or at - made > WEEK:
            known, made = habit([one for one in past if one.start + HOUR <= before], before), at
        if at - before > SHORTEST:
            alarms += any(
                (patience := known.patience(moment)) is not None and moment - before > patience
                for moment in (before + SHORTEST + 60 * step for step in range(int(at - before - SHORTEST) // 60 + 1))
            )
    assert alarms <= max(1, round(FALSE_ALARMS * judged / HOUR / YEAR))
    assert known.patience(BEGIN + learning + judged + 12 * HOUR) < 5 * HOUR
