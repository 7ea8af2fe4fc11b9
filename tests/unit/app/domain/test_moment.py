import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.moment import moment, moments


@pytest.mark.parametrize("at", [0.0, -1.5, 1e-9, 1795000020.001, 253402300799.999, 0.29, 1.1])
def test_a_moment_holds_its_instant(at):
    found = moment(at)
    assert found / 1000.0 <= at < (found + 1) / 1000.0


@given(st.floats(-1e11, 3e11, allow_nan=False))
def test_every_instant_has_one_moment(at):
    found = moment(at)
    assert found / 1000.0 <= at < (found + 1) / 1000.0


def test_moments_come_once_each_ascending():
    assert moments([3.0004, 1.0, 3.0001, -0.5]) == [-500, 1000, 3000]
