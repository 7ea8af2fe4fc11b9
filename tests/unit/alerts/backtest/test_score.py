"""What alarms met, which crises were found, and the chart beside."""

import numpy as np

from alerts.backtest.chart import drawn, step_of
from alerts.backtest.score import scored
from app.domain.backtest import Crisis, Trial
from app.domain.episode import Episode
from app.domain.incident import Incident

DAY, HOUR = 86_400, 3600
START = 1_795_010_400


def incident(name, since, verdict=None, end=None, **more):
    return Incident(
        name, "nord", since, "resolved", "warning", (), since=since, resolved_at=end, verdict=verdict, **more
    )


def test_what_is_false_and_what_is_found():
    episodes = [Episode(0, 60), Episode(9000, 9060), Episode(40_000, 40_000), Episode(90_000, 90_060)]
    known = [
        incident("early", 3000.0, "real", 4000.0),
        incident("noise", 9000.0, "noise", 9500.0),
        incident("both", 9000.0, "real", 9500.0),
        incident("drill", 40_000.0, "real", 41_000.0, drill="d"),
        incident("open", 70_000.0, "real"),
    ]
    alarms, crises = scored(episodes, known, 0.0, 100_000.0, lambda _: False)
    assert [one.meaning for one in alarms] == ["real", "real", "none", "real"]
    assert [(one.incident, one.alarm) for one in crises] == [("early", 0), ("both", 9000), ("open", 90_000)]
    assert crises[0].delay == -3000
    trial = Trial("t", "", "nord", "warning", 0.0, 30 * DAY, "sums", alarms, crises, 4.0)
    assert (trial.false, trial.monthly, trial.delay) == (1, 1.0, 0.0)
    even = Trial("t", "", "nord", "warning", 0.0, 1.0, "sums", (), (crises[1], Crisis("x", 0.0, 1.0, 60)), 4.0)
    assert even.delay == 30.0


def test_a_chart_has_600_steps_at_most_and_a_band_of_like_hours():
    for days in (1, 2, 15, 30, 100, 200, 400):
        assert days * DAY / step_of(days * DAY) <= 600
    counts = np.tile(np.repeat(np.arange(24), 60), 28)
    bins = drawn(counts, START - START % DAY, HOUR, "UTC")
    assert [one.count for one in bins[:24]] == [hour * 60 for hour in range(24)]
    assert all(one.low == one.high == one.count for one in bins)
    assert drawn(counts[:1450], START - START % DAY, HOUR, "UTC")[-1].low is None
    assert len(drawn(counts, START - START % DAY, DAY, "UTC")) == 28
