import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.deviation import HALVE, WEEK, Pareto, Spread, normal_risk, stabilised, usual_count

counts = st.floats(0, 1e5)
spreads = st.floats(0, 4)


@given(counts, spreads)
def test_what_is_expected_deviates_by_nothing(count, spread):
    assert stabilised(count, count, spread) == pytest.approx(0, abs=1e-9)


@given(st.floats(1, 1e4), spreads, st.floats(-2, 6))
def test_the_usual_count_is_the_inverse_of_the_deviation(expected, spread, deviation):
    count = usual_count(expected, spread, deviation)
    if count > 0:
        assert stabilised(count, expected, spread) == pytest.approx(deviation, abs=1e-2)


def test_the_limit_without_over_dispersion_is_the_poisson_transform():
    assert stabilised(60, 30, 0) == pytest.approx(stabilised(60, 30, 2e-6), rel=1e-3)


@pytest.mark.parametrize(("deviation", "risk"), [(0, 0.301), (3, 2.87), (6, 9.01), (36, 283.4)])
def test_the_normal_risk(deviation, risk):
    assert normal_risk(deviation) == pytest.approx(risk, rel=0.01)


def test_the_normal_risk_has_no_step_where_the_formula_changes():
    assert normal_risk(35.001) - normal_risk(34.999) == pytest.approx(0.03, abs=0.02)


def test_the_spread_of_a_poisson_series_is_small_and_of_a_bursty_one_large():
    chance = random.Random(1)
    calm, bursty = Spread(20_000), Spread(20_000)
    assert calm.value() == 0.2
    for _ in range(5000):
        calm.teach(round(chance.gauss(50, 50**0.5)), 50)
        bursty.teach(round(50 * chance.gammavariate(4, 0.25)), 50)
    assert calm.value() < 0.02
    assert bursty.value() == pytest.approx(0.25, rel=0.25)


def taught(number: int, seed: int = 3, *, heavy: bool = False) -> Pareto:
    chance, tail = random.Random(seed), Pareto()
    for _ in range(number):
        tail.teach(chance.paretovariate(3) if heavy else chance.gauss(0, 1), 6.0)
    return tail


def test_a_tail_judges_by_the_normal_law_until_it_has_seen_enough():
    assert taught(500).risk(4) == normal_risk(4)


def test_a_fitted_tail_comes_close_to_the_truth_and_never_falls():
    tail = taught(9000)
    assert tail.risk(1) == normal_risk(1)
    assert tail.risk(3) == pytest.approx(2.87, abs=0.4)
    risks = [tail.risk(step / 10) for step in range(100)]
    assert risks == sorted(risks)


def test_a_heavy_tail_is_less_surprised():
    assert taught(9000, heavy=True).risk(6) < 4 < taught(9000).risk(6)


def test_after_a_week_storms_are_kept_out():
    tail = taught(WEEK + 100)
    tail.teach(40.0, 6.0)
    assert tail.highest < 10
    early = taught(100)
    early.teach(40.0, 6.0)
    assert early.highest == 40


def test_memory_is_bounded():
    tail = taught(HALVE + 10)
    assert tail._total < HALVE
    assert tail.risk(3) == pytest.approx(2.87, abs=0.4)


def test_equal_deviations_have_a_tail_too():
    tail = Pareto()
    for _ in range(2000):
        tail.teach(0.05, 6.0)
    assert tail.risk(5) > tail.risk(1)
