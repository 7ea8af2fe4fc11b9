"""How early a storm is seen stays within the limits, and a watch that is blind misses them."""

import pytest

from benchmarks import alarms
from benchmarks.alarms import alarm, measure


@pytest.mark.untraced
def test_the_alarm_comes_long_before_the_limit_of_posts():
    assert alarm("takeoff", 1, hours=1)[0] < 300


@pytest.mark.long
def test_every_shape_of_a_storm_reaches_the_aim():
    rows = {row.what: row for row in measure(quick=True).rows}
    for shape in ("takeoff", "slow", "jump"):
        assert rows[f"{shape}: posts until the alarm"].reached == "aim"


def test_planted_fault_a_watch_that_looks_at_nothing_never_raises(monkeypatch):
    monkeypatch.setattr(alarms, "detectors", lambda _: [])
    assert alarm("takeoff", 1, hours=1) == (float("inf"), float("inf"))
