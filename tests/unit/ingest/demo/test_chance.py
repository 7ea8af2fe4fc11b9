from statistics import fmean, pvariance

import pytest

from ingest.demo.chance import Wheel, chance, poisson


def test_the_same_name_gives_the_same_draws():
    assert chance(7, "minute", 3).random() == chance(7, "minute", 3).random()
    assert chance(7, "minute", 3).random() != chance(7, "minute", 4).random()


@pytest.mark.parametrize("mean", [0.0, 0.3, 8.0, 40.0, 300.0])
def test_poisson_has_its_mean_and_variance(mean):
    rng = chance("poisson", mean)
    drawn = [poisson(rng, mean) for _ in range(3000)]
    assert fmean(drawn) == pytest.approx(mean, rel=0.07, abs=0.05)
    assert pvariance(drawn) == pytest.approx(mean, rel=0.12, abs=0.05)


def test_a_wheel_gives_each_item_its_share():
    wheel = Wheel([("a", 1.0), ("never", 0.0), ("b", 3.0)])
    assert [wheel.turn(mark) for mark in (0.0, 0.2499, 0.25, 0.9999)] == ["a", "a", "b", "b"]


def test_an_empty_wheel_is_refused():
    with pytest.raises(ValueError, match="at least one item"):
        Wheel([("never", 0.0)])
