import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.tail import DAYS, LEAST, ONE, Tail, deviation, risks


@given(st.floats(0.01, 6))
def test_a_deviation_has_the_risk_it_is_the_deviation_of(risk):
    assert risks(np.array([deviation(risk)]))[0] == pytest.approx(risk, rel=1e-6)


def test_risks_rise_with_the_deviation_and_nothing_has_none():
    found = risks(np.array([-5.0, 0.0, LEAST, ONE, 2.0, 20.0, 1e9]))
    assert found[0] == found[1] == found[2] == pytest.approx(0, abs=1e-9)
    assert (np.diff(found[2:]) > 0).all()
    assert np.isfinite(found).all()


def test_the_law_holds_where_days_follow_it():
    chance = np.random.default_rng(1)
    days = ONE * (-np.log(chance.random(20_000))) ** (-1 / 2.2)
    for risk in (0.5, 1.0, 1.48, 3.0):
        assert (risks(days) >= risk).mean() == pytest.approx(10**-risk, rel=0.3)


def test_a_bursty_brand_has_a_larger_scale_drawn_towards_that_of_all():
    tail = Tail()
    first = tail.scale
    for _ in range(DAYS):
        tail.learn(8.0)
    assert first < tail.scale < 8.0
    for _ in range(DAYS):
        tail.learn(0.1)
    assert tail.scale < first


def test_one_storm_hardly_moves_the_scale():
    tail = Tail()
    for _ in range(7):
        tail.learn(0.7)
    before = tail.scale
    tail.learn(50.0)
    assert before <= tail.scale < 1.25 * before


def test_unusual_days_are_counted_against_the_law():
    calm, bursty = Tail(), Tail()
    assert calm.often == 1.0
    for day in range(50):
        calm.learn(0.3)
        bursty.learn(30.0 if day % 4 == 0 else 0.3)
    assert calm.often == pytest.approx(3 / 8)
    assert bursty.often > 1.3
    assert len(bursty._unusual) <= DAYS


@given(st.lists(st.floats(0, 1000), max_size=150))
def test_memory_is_bounded_and_the_scale_positive(days):
    tail = Tail()
    for day in days:
        tail.learn(day)
    assert len(tail._days) <= DAYS
    assert len(tail._sorted) == len(tail._days) + 20
    assert tail.scale > 0
