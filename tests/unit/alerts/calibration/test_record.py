"""The record of a brand and the bars a budget comes to by it."""

import pytest

from alerts.calibration.record import HOUR, MOST, Record, bar, bars, first_bars
from alerts.watching.combining import believed
from app.domain.threshold import SEVERITIES

BUDGET = {"note": 30.0, "warning": 4.0, "crisis": 1.0}
BEGIN = 1_795_010_400 // HOUR * HOUR


def record(days: int, *high: tuple[int, float]) -> Record:
    made = Record()
    for hour in range(days * 24):
        made.note(BEGIN + hour * HOUR, 0.0)
    for hour, risk in high:
        made.put(BEGIN + hour * HOUR, risk)
    return made


def test_without_a_past_bars_are_what_is_believed_of_any_brand():
    assert bars(BUDGET, Record()) == pytest.approx(first_bars(BUDGET), abs=0.01)
    assert first_bars(BUDGET)["crisis"] == pytest.approx(1.484, abs=0.001)


def test_a_calm_past_lowers_and_a_restless_one_raises_what_is_needed():
    calm, restless = record(30), record(30, *((24 * day, 1.8) for day in range(30)))
    assert bars(BUDGET, calm)["warning"] < first_bars(BUDGET)["warning"] < bars(BUDGET, restless)["warning"]


@pytest.mark.parametrize("budget", [0.5, 1.0, 4.0, 30.0])
def test_on_its_own_past_a_brand_would_not_have_exceeded_the_budget_by_more_than_belief_allows(budget):
    risks = [0.1 + 3.0 * (number * 0.618 % 1) ** 2 for number in range(60)]
    made = record(60, *((24 * day, risk) for day, risk in enumerate(risks)))
    needed = bar(budget, made.episodes(), made.days)
    assert sum(risk >= needed for risk in risks) / 2 <= 1.4 * budget + 0.5


def test_bars_grow_with_the_severity_and_fall_with_the_budget():
    made = record(20, (5, 2.0), (100, 1.0), (200, 0.7))
    found = bars(BUDGET, made)
    assert [found[one] for one in SEVERITIES] == sorted(found.values())
    assert bar(0.25, made.episodes(), made.days) >= bar(4.0, made.episodes(), made.days)


def test_high_hours_within_half_a_day_are_one_alarm():
    assert record(10, (10, 1.0), (12, 2.0), (20, 1.5), (40, 1.2)).episodes() == [2.0, 1.2]


def test_what_was_said_to_be_real_is_no_false_alarm_and_what_was_said_to_be_noise_always_is():
    made = record(10, (10, 2.0), (60, 9.0))
    real = [(BEGIN + 10 * HOUR, BEGIN + 11 * HOUR)]
    noise = [(BEGIN + 60 * HOUR, BEGIN + 61 * HOUR)]
    assert made.episodes() == [2.0]
    assert made.episodes(real) == []
    assert made.episodes(noise=noise) == [9.0, 2.0]


def test_no_past_makes_blind():
    assert bar(0.01, [9.0] * 60, 30.0) == MOST


def test_a_record_forgets_what_is_older_than_sixty_days():
    made = record(5, (3, 2.0))
    for hour in range(5 * 24, 70 * 24):
        made.note(BEGIN + hour * HOUR, 0.0)
    assert made.days == 60
    assert not made.high


def test_a_record_that_was_kept_tells_of_the_hours_judged_live():
    rehearsed, kept = record(20, (3, 1.0), (400, 2.0)), Record()
    for hour in range(300, 480):
        kept.note(BEGIN + hour * HOUR, 0.0)
    kept.put(BEGIN + 410 * HOUR, 0.8)
    rehearsed.adopt(kept)
    assert sorted(rehearsed.high.values()) == [0.8, 1.0]
    assert rehearsed.days == pytest.approx(20, abs=0.1)


def test_what_is_believed_is_one_alarm_a_month_at_a_risk_of_one_and_a_half():
    assert believed(1.0) == pytest.approx(1.48, abs=0.01)
    assert believed(0.1) > believed(1.0) > believed(30.0) > 0
