"""What judging brands costs and how early a storm is seen stays within the limits; both figures can be missed."""

from benchmarks import alarms
from benchmarks.alarms import alarm, measure


def test_a_step_of_1000_brands_and_the_posts_until_the_alarm_stay_within_the_limits():
    rows = {row.what: row for row in measure(quick=True).rows}
    for shape in ("takeoff", "slow", "jump"):
        assert rows[f"{shape}: posts until the alarm"].reached == "aim"
    # three times the must: a machine that is busy, or counts what is covered, is no regression
    assert rows["a step of 1,000 brands, all talked about"].value < 3.0
    assert rows["a step of 1,000 brands, all silent"].value < 1.0


def test_planted_fault_a_watch_that_looks_at_nothing_never_raises(monkeypatch):
    monkeypatch.setattr(alarms, "detectors", lambda _: [])
    assert alarm("takeoff", 1, hours=1) == (float("inf"), float("inf"))
