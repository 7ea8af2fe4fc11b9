import numpy as np
import pytest

from benchmarks import detect
from benchmarks.detect import _delay, _episodes, _spend, measure


def test_it_measures_speed_weight_power_and_false_alarms():
    rows = {row.what: row for row in measure(quick=True).rows}
    assert rows["weight of a series"].value < 25
    assert rows["x32 found"].reached == "aim"
    assert rows["x32 median delay"].value < 60
    assert 0.3 <= rows["false alarms of the detector itself, a brand and month"].value <= 2.5


@pytest.mark.long
def test_planted_fault_a_detector_that_looks_at_nothing_finds_nothing(monkeypatch):
    monkeypatch.setattr(detect, "storm", lambda *_: np.zeros(1))
    rows = {row.what: row for row in measure(quick=True).rows}
    assert rows["x32 found"].reached == "missed"
    assert rows["x32 median delay"].reached == "missed"


def test_the_threshold_spends_the_budget():
    risk = np.zeros(2000)
    risk[[100, 101, 900, 1500]] = [3.0, 3.5, 2.0, 1.0]
    assert _episodes(risk, 0.9) == 3
    assert _spend([risk], 1.0) > 2.0
    assert _spend([risk], 3.0) <= 1.0


def test_delays_count_from_the_first_mention():
    assert _delay(np.array([0.0, 0.0, 2.0]), 1.5) == 15
    assert _delay(np.zeros(3), 1.5) == float("inf")


@pytest.mark.long
def test_every_aim_is_reached_on_240_synthetic_storms():
    report = measure(quick=False)
    asked = [row for row in report.rows if row.must is not None and row.unit != "1/s of one core"]
    assert {row.what: row.reached for row in asked} == {row.what: "aim" for row in asked}
