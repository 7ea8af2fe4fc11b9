import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.budget import ESCALATION, HYSTERESIS, REFRACTORY, Alarms, threshold

HOUR = 3600.0


def raised(*steps: tuple[float, float], per_month: float = 1.0) -> list[float]:
    """Return the hours in which alarms rose of (hour, risk)."""
    alarms = Alarms(per_month)
    return [hour for hour, risk in steps if alarms.raised(hour * HOUR, risk, 1.0)]


@pytest.mark.parametrize(("per_month", "risk"), [(1, 1.48), (4, 0.90), (30, 0.20), (0.25, 2.08)])
def test_a_budget_is_a_share_of_days(per_month, risk):
    assert threshold(per_month) == pytest.approx(risk, abs=0.01)


@given(st.floats(0.01, 1000), st.floats(0.1, 10))
def test_a_larger_budget_raises_sooner_and_a_bursty_series_later(per_month, often):
    assert threshold(2 * per_month, often) <= threshold(per_month, often)
    assert threshold(per_month, 2 * often) >= threshold(per_month, often) >= 0


def test_it_raises_once_until_it_is_over_for_half_a_day():
    limit = threshold(1.0)
    still = [(hour, limit + 0.1) for hour in range(1, 30)]
    assert raised(*still) == [1]
    again = REFRACTORY / HOUR + 2
    assert raised((1, limit), (2, 0.0), (5, limit + 0.1), (again, limit + 0.1)) == [1]
    assert raised((1, limit), (2, 0.0), (again, limit)) == [1, again]


def test_what_flaps_around_the_threshold_is_not_over():
    limit = threshold(1.0)
    flapping = [(hour, limit + (0.05 if hour % 2 else -HYSTERESIS + 0.1)) for hour in range(1, 60)]
    assert raised(*flapping) == [1]


def test_an_escalation_raises_again_at_once():
    limit = threshold(1.0)
    assert raised((1, limit), (2, limit + ESCALATION / 2), (3, limit + ESCALATION)) == [1, 3]


def test_alarms_of_the_largest_budget_end_too():
    assert raised((1, 0.5), (2, 0.0), (20, 0.5), per_month=1000) == [1, 20]
