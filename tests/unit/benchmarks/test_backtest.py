import pytest

from benchmarks import backtest


def test_it_measures_each_kind_of_rule_and_our_detectors(monkeypatch):
    monkeypatch.setattr(backtest, "DAYS", {True: 2})
    report = backtest.measure(quick=True)
    assert [row.must for row in report.rows] == [30.0] * 4
    assert all(row.value > 0 for row in report.rows)


@pytest.mark.long
def test_planted_fault_a_year_that_takes_too_long_is_missed(monkeypatch):
    monkeypatch.setattr(backtest, "MUST", 0.001)
    monkeypatch.setattr(backtest, "AIM", 0.0005)
    assert {row.reached for row in backtest.measure(quick=True).rows} == {"missed"}
