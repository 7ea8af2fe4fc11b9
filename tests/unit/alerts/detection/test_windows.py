import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from alerts.detection.windows import TIMES_SECOND, deviations, lengths, tempered

counts = arrays(float, st.integers(1, 60), elements=st.integers(0, 1000).map(float))


def slowly(values: np.ndarray, bins: int) -> list[float]:
    found = []
    for end in range(1, len(values) + 1):
        window = sorted(values[max(end - bins, 0) : end], reverse=True)
        second = window[1] if len(window) > 1 else 0.0
        found.append(sum(window) - max(window[0] - TIMES_SECOND * second, 0.0))
    return found


@given(counts, st.integers(2, 40))
def test_sums_in_which_the_largest_bin_counts_at_most_twice_the_second(values, bins):
    assert tempered(values, bins) == pytest.approx(slowly(values, bins))


def test_windows_have_two_bins_at_least_and_none_comes_twice():
    assert lengths(300) == (4, 12, 24)
    assert lengths(3600) == (2,)
    assert lengths(1) == (1200, 3600, 7200)


@given(counts, st.floats(0.1, 100))
def test_more_mentions_never_deviate_less(values, usual):
    expected, doubt = np.full(len(values), usual), np.zeros(len(values))
    fewer = deviations(values, expected, expected, doubt, 300)
    more = deviations(values * 2, expected, expected, doubt, 300)
    assert (more >= fewer - 1e-9).all()


def test_doubt_makes_deviations_smaller():
    values, expected = np.full(30, 50.0), np.full(30, 5.0)
    sure = deviations(values, expected, expected, np.zeros(30), 300)
    unsure = deviations(values, expected, expected, np.full(30, 4.0), 300)
    assert unsure[-1] < sure[-1]


def test_what_is_expected_deviates_by_nothing_and_less_by_less_than_nothing():
    expected = np.full(30, 5.0)
    assert deviations(expected, expected, expected, np.zeros(30), 300)[-1] == pytest.approx(0)
    assert deviations(expected / 2, expected, expected, np.zeros(30), 300)[-1] < 0
