import pickle
from math import pi, sin

import numpy as np
import pytest

from alerts.detection.baseline import RESCALE, Baseline, hour_of_week

START = 1_795_010_400
HOUR, DAY = 3600, 86_400


def fed(days: float, pace, start: int = START, zone: str = "Europe/Berlin") -> Baseline:
    baseline = Baseline(zone)
    for at in range(start, int(start + days * DAY), 60):
        baseline.teach(at, pace(at))
    return baseline


def test_it_believes_little_and_doubts_much_at_first():
    baseline = Baseline("Europe/Berlin")
    assert baseline.basis == 0
    assert baseline.rate(START) == pytest.approx(0.1)
    assert baseline.doubt(START) > 20


def test_it_works_from_the_first_hour_on_and_says_its_basis():
    baseline = fed(1 / 24, lambda at: 6)
    assert baseline.basis == HOUR
    assert baseline.rate(START + HOUR) == pytest.approx(6, rel=0.2)
    assert baseline.doubt(START + 12 * HOUR) > baseline.doubt(START)


def test_doubt_goes_with_time():
    assert fed(14, lambda at: 6).doubt(START) < 0.03


def test_it_learns_the_hour_of_the_day():
    wave = lambda at: 20 + 15 * sin(2 * pi * at / DAY)  # noqa: E731 - a pace
    baseline = fed(14, wave)
    for hour in range(24):
        at = START + 14 * DAY + hour * HOUR
        assert baseline.rate(at) == pytest.approx(wave(at), rel=0.12)


def test_it_learns_that_the_weekend_is_quiet():
    baseline = fed(21, lambda at: 4 if (at // DAY + 4) % 7 in {0, 6} else 20)
    saturday = START + 21 * DAY
    while (saturday // DAY + 4) % 7 != 6:
        saturday += DAY
    noon = saturday // DAY * DAY + DAY // 2
    assert baseline.season(noon) < 0.6 * baseline.season(noon + 3 * DAY)


def test_hours_are_local_and_follow_the_change_of_the_clock():
    october = 1_792_000_800  # 2026-10-14; the clock goes back on the 25th
    lunch = lambda at: 30 if at % DAY // HOUR == (10 if at < 1_792_890_000 else 11) else 5  # noqa: E731 - 12:00 in Berlin
    baseline = fed(11, lunch, start=october)
    assert baseline.rate(1_792_890_000 // DAY * DAY + DAY + 11.5 * HOUR) > 2 * baseline.rate(
        1_792_890_000 // DAY * DAY + DAY + 9.5 * HOUR
    )


def test_the_level_follows_the_last_day_within_bounds():
    baseline = fed(7, lambda at: 10)
    for at in range(START + 7 * DAY, START + 8 * DAY, 60):
        baseline.teach(at, 20)
    assert 1.2 < baseline.level() <= 3
    assert baseline.rate(START + 8 * DAY) > 12


def test_old_minutes_are_forgotten_and_the_weights_stay_finite():
    baseline = fed(1, lambda at: 100)
    later = START + 400 * DAY
    for at in range(later, later + DAY, 60):
        baseline.teach(at, 1)
    assert baseline._scale < RESCALE
    assert baseline.season(later + DAY) < 2


def test_a_baseline_is_small_and_the_calendar_shared():
    baseline = Baseline("Europe/Berlin")
    for at in range(START, START + 40 * DAY, 1800):
        baseline.teach(at, 30, minutes=30)
    assert len(pickle.dumps(baseline)) < 6_000
    assert hour_of_week.cache_info().currsize <= 16 * 168


def test_bins_taught_one_by_one_or_by_the_lesson_are_the_same():
    single, lessons = Baseline("UTC"), Baseline("UTC")
    at = START
    while at < START + 3 * DAY:
        bins = lessons.room(at, 300)
        counts = [(at // 300 + number) % 7 for number in range(bins)]
        starts = [at + 300 * number for number in range(bins)]
        seasons = [single.season(start + 150) for start in starts]
        assert lessons.seasons(np.array(starts) + 150.0) == pytest.approx(seasons, rel=1e-12)
        lessons.take(at, sum(counts), 5 * bins, 5 * sum(seasons))
        for start, count in zip(starts, counts, strict=True):
            single.teach(start, count, 5)
        assert lessons.rate(at) == pytest.approx(single.rate(at), rel=1e-12)
        at += 300 * bins
    assert lessons.basis == single.basis == 3 * DAY


def test_a_long_silence_of_all_sources_ends_the_level():
    baseline = fed(7, lambda at: 10)
    for at in range(START + 7 * DAY, START + 8 * DAY, 60):
        baseline.teach(at, 25)
    assert baseline.level(START + 8 * DAY) > 1.5
    assert baseline.level(START + 12 * DAY) == pytest.approx(1.0, abs=0.02)
