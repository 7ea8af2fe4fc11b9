"""Several series and posts as one risk: a storm shows in several, spam in one, and no signal ever lowers it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.hourly import Said
from alerts.detectors.critic import CriticDetector
from alerts.detectors.negative import NegativeDetector
from alerts.detectors.sentiment import SentimentDetector
from alerts.detectors.unanswered import UnansweredDetector
from alerts.detectors.volume import VolumeDetector
from alerts.watching.combining import all_combined, all_daily, combined, daily, raising, severity
from app.domain.incident import Signal

VOLUME, NEGATIVE = VolumeDetector("b", "UTC"), NegativeDetector("b", "UTC")
TONE, CRITIC, LATE = SentimentDetector("b", "UTC"), CriticDetector("b", "UTC"), UnansweredDetector("b", "UTC")
BARS = {"note": 0.2, "warning": 0.9, "crisis": 1.5}


def signal(name: str, risk: float, actual: float = 100.0, expected: float = 10.0, *, alarm: bool = False) -> Signal:
    return Signal(name, "b", 0.0, alarm, actual, expected, 0.0, 20.0, risk, 300)


def test_two_series_that_agree_are_a_storm_and_one_alone_is_spam():
    both = combined([(VOLUME, signal("volume", 7.0)), (NEGATIVE, signal("negative", 7.0))])
    alone = combined([(VOLUME, signal("volume", 30.0)), (NEGATIVE, signal("negative", 0.3))])
    assert severity(both, BARS) == "crisis"
    assert severity(alone, BARS) is None


def test_what_is_too_little_to_speak_of_counts_for_nothing():
    assert daily(VOLUME, signal("volume", 9.0, actual=5.0, expected=0.1)) < 0
    assert daily(VOLUME, signal("volume", 9.0, actual=110.0, expected=100.0)) < 0


def test_a_past_of_bursts_does_not_make_blind_for_what_is_plain():
    assert daily(VOLUME, signal("volume", 2.0, actual=500.0, expected=10.0, alarm=True)) >= 3.0


def test_one_loud_critic_is_enough():
    said = [(VOLUME, signal("volume", 0.2)), (CRITIC, signal("critic", 1.2))]
    assert severity(combined(said), BARS) == "warning"


def test_a_post_that_waits_too_long_is_a_warning():
    assert severity(combined([(LATE, signal("unanswered", 0.0))]), BARS) is None
    assert severity(combined([(LATE, signal("unanswered", 4.0))]), BARS) == "warning"


def test_signals_that_alone_would_do_are_alarms():
    said = [(VOLUME, signal("volume", 9.0)), (TONE, signal("sentiment", 0.1))]
    assert [one.alarm for one in raising(said, 0.9)] == [True, False]


risks = st.floats(0, 40)


@given(risks, risks, risks, risks, st.floats(0, 10))
def test_no_signal_ever_lowers_the_risk_by_growing(volume, negative, tone, critic, more):
    def risk(extra: float) -> float:
        return combined(
            [
                (VOLUME, signal("volume", volume + extra)),
                (NEGATIVE, signal("negative", negative)),
                (TONE, signal("sentiment", tone)),
                (CRITIC, signal("critic", critic)),
            ]
        )

    assert risk(more) >= risk(0.0) >= 0.0


def test_many_bins_count_as_each_by_itself():
    chance = np.random.default_rng(3)
    columns = [
        Said(
            *(chance.uniform(0, most, 400) for most in (9, 200, 40)),
            chance.choice([0.0, 2.0], 400),
            chance.random(400) < 0.5,
        )
        for _ in range(2)
    ]
    surges = VOLUME, NEGATIVE
    found = all_combined([all_daily(one.limits, said) for one, said in zip(surges, columns, strict=True)])
    for place in range(400):
        told = []
        for kind, (risk, actual, expected, rare, alarm) in zip(
            (VolumeDetector, NegativeDetector), columns, strict=True
        ):
            one = kind("b", "UTC")
            one.rare = rare[place]
            told.append((one, signal(one.name, risk[place], actual[place], expected[place], alarm=alarm[place])))
        assert found[place] == combined(told)
