import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.detection.series import Series
from alerts.detection.storms import storm
from alerts.detection.surge import Surge, without_largest
from alerts.detectors.negative import NegativeDetector
from alerts.detectors.volume import VolumeDetector
from app.domain.tally import MinuteTally

START = 1_795_010_400
DAY = 86_400


def minute(start: int, count: int, negative: int = 0) -> MinuteTally:
    return MinuteTally(start, count, negative=negative)


def calm(days: float = 3, mean: float = 20, end: int = START) -> list[MinuteTally]:
    chance = random.Random(2)
    starts = range(int(end - days * DAY), end, 60)
    return [minute(start, max(0, round(chance.gauss(mean, mean**0.5))), 4) for start in starts]


def hour(count: int, negative: int = 0) -> list[MinuteTally]:
    return [minute(start, count, negative) for start in range(START - 3600, START, 60)]


def taught(kind: type[Surge]) -> Surge:
    surge = kind("acme", "Europe/Berlin")
    surge.learn(calm())
    return surge


def test_a_signal_gives_its_reason_alarm_or_not():
    signal = taught(VolumeDetector).step(START + 29.0, [*hour(20), minute(START, 10)])
    assert not signal.alarm
    assert (signal.detector, signal.brand, signal.at) == ("volume", "acme", START + 29.0)
    assert signal.low < signal.expected < signal.high
    assert signal.actual == pytest.approx(signal.expected, rel=0.2)
    assert signal.window % 60 == 29
    assert signal.basis == 3 * DAY


def test_a_surge_raises_and_stays_until_it_is_half_over():
    surge = taught(VolumeDetector)
    storm = [*hour(20), *[minute(START + 60 * n, 90) for n in range(3)]]
    assert surge.step(START + 179.0, storm).alarm
    fading = [*storm, *[minute(START + 60 * n, 50) for n in range(3, 9)]]
    assert surge.step(START + 539.0, fading).alarm
    over = [*hour(20)[9:], *fading[60:], *[minute(START + 60 * n, 20) for n in range(9, 40)]]
    assert not surge.step(START + 2399.0, over).alarm


def test_the_hour_alone_keeps_no_alarm_up_once_the_quarter_is_calm():
    surge = taught(VolumeDetector)
    past = [minute(START - 3600 + 60 * n, 100 if n < 40 else 20) for n in range(60)]
    assert not surge.step(START - 1.0, past).alarm


def test_negative_mentions_raise_without_more_mentions():
    storm = [*hour(20, 4)[:-4], *hour(20, 18)[-4:]]
    assert taught(NegativeDetector).step(START - 1.0, storm).alarm
    assert not taught(VolumeDetector).step(START - 1.0, storm).alarm


def test_a_gap_within_one_call_is_zero_and_between_calls_nothing():
    within, between = Surge("a", "UTC"), Surge("a", "UTC")
    within.learn([minute(START, 5), minute(START + 600, 5)])
    between.learn([minute(START, 5)])
    between.learn([minute(START + 600, 5)])
    assert within.baseline.basis == 11 * 60
    assert between.baseline.basis == 2 * 60


def test_what_is_learned_already_is_skipped():
    surge = Surge("a", "UTC")
    surge.learn([minute(START, 5), minute(START + 60, 5)])
    surge.learn([minute(START, 500), minute(START + 60, 500)])
    assert surge.baseline.basis == 120
    assert surge.baseline.rate(START) < 5


def test_a_storm_does_not_become_usual():
    surge = taught(VolumeDetector)
    before = surge.baseline.rate(START + 3600)
    surge.learn([minute(START + 60 * n, 400) for n in range(60)])
    assert surge.baseline.rate(START + 3600) < 2 * before


def test_what_raised_an_alarm_teaches_nothing_until_it_has_lasted_for_hours():
    surge = taught(VolumeDetector)
    before = surge.baseline.rate(START + 3600)
    surge.alarm = True
    surge.learn([minute(START + 60 * n, 400) for n in range(60)])
    assert surge.baseline.rate(START + 3600) < 1.05 * before
    surge.learn([minute(START + 60 * n, 400) for n in range(60, 24 * 60)])
    assert surge.baseline.rate(START + DAY) > 1.5 * before


def test_nothing_is_usual_before_anything_is_known():
    surge = Surge("a", "UTC")
    assert surge.usual(START, 5) == []
    surge.learn([minute(START, 5)])
    band = surge.usual(START, 5)
    assert [one.start for one in band] == [START + 60 * n for n in range(5)]
    assert all(one.low <= one.expected <= one.high for one in band)


def test_the_band_holds_most_ordinary_minutes():
    surge = taught(VolumeDetector)
    fresh = calm(1, end=START + DAY)
    band = surge.usual(START, 1440)
    within = sum(usual.low <= one.count <= usual.high for usual, one in zip(band, fresh, strict=True))
    assert within / 1440 == pytest.approx(0.96, abs=0.035)


def test_bins_of_five_minutes():
    surge = VolumeDetector("a", "UTC", span=300)
    surge.learn([MinuteTally(minute.start, 50 + minute.count % 9) for minute in calm(5)[::5]])
    rows = [MinuteTally(START + 300 * n, 400) for n in range(3)]
    assert surge.step(START + 899.0, rows).alarm


def test_the_floor_raises_where_a_bursty_past_has_made_the_tail_blind():
    surge = taught(VolumeDetector)
    for tail in surge._tail.values():
        tail._fit, tail._stale = (0.5, 0.5, 50.0), -(10**9)
    storm = [*hour(20), *[minute(START + 60 * n, 200) for n in range(3)]]
    signal = surge.step(START + 179.0, storm)
    assert signal.risk < surge.limits.risk / 2
    assert surge._raises(3, 400, 40, 12.0, signal.risk)
    assert signal.alarm


def watched(surge: Surge, minutes: list[MinuteTally]) -> list[tuple[int, bool]]:
    """Step at the end of each minute and learn it two minutes later, as a watch does."""
    said = []
    for place, one in enumerate(minutes):
        said.append((one.start, surge.step(one.start + 59.0, minutes[max(0, place - 60) : place + 1]).alarm))
        surge.learn(minutes[max(0, place - 2) : max(0, place - 1)])
    return said


def stormy(onset: int, seed: int) -> list[MinuteTally]:
    """Return three hours of a calm brand in which a storm begins."""
    grown = storm("cascade", 16, 1200, 60, 120, np.random.default_rng(1))
    rows = calm(3 / 24, end=onset + 7200)
    return [
        MinuteTally(one.start, one.count + int(grown[place - 60]) if 60 <= place < 60 + len(grown) else one.count)
        for place, one in enumerate(rows)
    ]


def test_a_second_equal_storm_in_the_first_week_raises_too():
    surge = taught(VolumeDetector)
    first = stormy(START + DAY, 1)
    surge.learn(calm(1, end=first[0].start))
    delays = []
    for rows in (first, stormy(START + 2 * DAY, 2)):
        surge.learn(calm(1, end=rows[0].start))
        raised = [start for start, alarm in watched(surge, rows) if alarm]
        delays.append(raised[0] - rows[60].start)
    assert delays[1] <= delays[0] + 60


def test_planted_fault_if_storms_taught_the_short_windows_their_tail_would_grow(monkeypatch):
    def highest() -> float:
        surge = taught(VolumeDetector)
        surge.learn(stormy(START + 7200, 1))
        return max(tail.highest for tail in surge._tail.values())

    kept_out = highest()
    monkeypatch.setattr("alerts.detection.surge.RARE", 99.0)
    assert highest() > 1.4 * kept_out


def test_live_says_of_whole_minutes_what_detect_says():
    rows = stormy(START + 7200, 1)
    past = calm(3, end=rows[0].start)
    series = Series(60, "Europe/Berlin")
    minutes = [*past, *rows]
    starts, counts = np.array([one.start for one in minutes]), np.array([one.count for one in minutes], float)
    risk = series.judge(starts, counts).risk[-len(rows) :]
    surge = VolumeDetector("acme", "Europe/Berlin")
    surge.learn(past)
    for place, one in enumerate(rows):
        surge.step(one.start + 59.999, rows[max(0, place - 60) : place + 1])
        assert surge.rare == pytest.approx(risk[place], rel=0.02, abs=0.02)
        surge.learn([one])


def test_a_rare_day_of_a_handful_of_mentions_raises_nothing():
    surge = VolumeDetector("acme", "Europe/Berlin")
    surge.learn([minute(start, 0) for start in range(START - 5 * DAY, START, 60)])
    few = [minute(START - 600 + 60 * n, 1) for n in range(10)]
    assert not surge.step(START - 1.0, few).alarm
    assert surge.rare < 6


def test_without_the_largest_bin():
    assert without_largest([1, 9, 2], [3, 4, 5]) == (3, 8)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=20, max_size=40), st.integers(1, 19))
def test_causal_later_rows_never_change_earlier_signals(counts, cut):
    def signals(rows):
        surge = Surge("a", "UTC")
        said = []
        for place in range(len(rows)):
            said.append(surge.step(rows[place].start + 59.0, rows[max(0, place - 60) : place + 1]))
            surge.learn(rows[place : place + 1])
        return said

    rows = [minute(START + 60 * n, count) for n, count in enumerate(counts)]
    assert signals(rows)[:cut] == signals(rows[:cut])
