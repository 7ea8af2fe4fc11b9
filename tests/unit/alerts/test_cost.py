import numpy as np
import pytest

from alerts.cost import Price, prices
from alerts.storms import ordinary, storm

MONDAY, DAY = 1_793_577_600, 86_400


def history(days: int = 25, seed: int = 3, bursts: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    counts = ordinary(300, days, np.random.default_rng(seed), bursts=bursts)
    return MONDAY + 300 * np.arange(len(counts)), counts


def test_a_smaller_budget_costs_delay_and_misses_more():
    thrifty, usual, generous = prices(*history(), 300, budgets=(0.1, 1.0, 30.0))
    assert thrifty.threshold > usual.threshold > generous.threshold
    for less, more in ((thrifty, usual), (usual, generous)):
        for small, large in zip(less.costs, more.costs, strict=True):
            assert small.missed >= large.missed
            assert (small.delay or np.inf) >= (large.delay or np.inf)
    assert [cost.later for cost in generous.costs] == [0.0, 0.0]
    assert usual.days == 25


def test_large_storms_are_found_sooner_and_more_often():
    (price,) = prices(*history(), 300)
    small, large = price.costs
    assert (small.size, large.size) == (8, 32)
    assert large.missed <= small.missed
    assert large.missed < 0.2
    assert large.delay is not None
    assert large.delay <= 180


def test_the_same_history_has_the_same_price():
    assert prices(*history(), 300) == prices(*history(), 300)


def test_bursts_make_a_budget_dearer():
    (calm,), (bursty,) = prices(*history(bursts=0), 300), prices(*history(bursts=2.0), 300)
    assert bursty.threshold > calm.threshold


def test_known_storms_are_left_out_and_noise_counts():
    at, counts = history(bursts=0)
    for day in (5, 9, 13, 17):
        grown = storm("cascade", 32, 300, 300, 288, np.random.default_rng(day))
        counts[day * 288 : day * 288 + len(grown)] += grown
    real = [(MONDAY + day * DAY, MONDAY + (day + 1.5) * DAY) for day in (5, 9, 13, 17)]
    (noise,) = prices(at, counts, 300)
    (spared,) = prices(at, counts, 300, known=real)
    assert spared.threshold < noise.threshold
    assert spared.days == 25 - 4 * 1.5


@pytest.mark.parametrize("days", [0, 1, 3])
def test_a_short_history_has_a_threshold_but_no_price(days):
    at, counts = history(max(days, 1))
    (price,) = prices(at[: days * 288], counts[: days * 288], 300)
    assert isinstance(price, Price)
    assert price.costs == ()
    assert price.threshold == pytest.approx(1.48, abs=0.1)


def test_half_missed_has_no_median_delay():
    (price,) = prices(*history(bursts=3.0), 300, budgets=(0.01,))
    small = price.costs[0]
    assert small.missed > 0.5
    assert small.delay is None
