"""The first day of one series: what is a flood, what is a brand that wakes up, and that nothing looks ahead."""

import numpy as np
import pytest

from alerts.detection import floods as module
from alerts.detection.floods import Floods
from alerts.detection.series import Series
from tests.unit.alerts.detection.test_series import DAY, calm, raised, times

HOUR = 3600


def flooded(span: int, onset: float, factor: float = 41.0, hours: float = 6.0, mean: float = 1.0) -> np.ndarray:
    """Return chance around `mean` a second, `factor` times as much for 25 minutes from `onset` hours on."""
    rate = np.full(round(hours * HOUR / span), mean * span)
    begin = round(onset * HOUR / span)
    rate[begin : begin + 1500 // span] *= factor
    return np.random.default_rng(1).poisson(rate).astype(float)


@pytest.mark.parametrize("span", [1, 10, 60, 300])
@pytest.mark.parametrize("onset", [1, 2.3, 5])
def test_a_flood_in_the_first_hours_raises_and_teaches_little(span, onset):
    counts = flooded(span, onset)
    at, begin = times(len(counts), span), round(onset * HOUR / span)
    found = raised(counts, span)
    assert found
    assert begin < found[0] <= begin + 600 // span
    usual = Series(span).judge(at, counts).expected / span
    assert usual[begin + 1200 // span] < 8.0


def test_planted_fault_without_the_rule_the_storm_becomes_usual(monkeypatch):
    monkeypatch.setattr(module, "DAY", 0)
    counts = flooded(1, 1)
    assert raised(counts, 1) == []
    assert Series(1).judge(times(len(counts), 1), counts).expected[2 * HOUR - 2000] > 10


@pytest.mark.parametrize("span", [1, 60, 300])
def test_a_brand_that_wakes_up_tenfold_in_two_hours_is_no_flood(span):
    rate = np.concatenate([np.ones(HOUR * 3 // span), np.geomspace(1, 10, 2 * HOUR // span), np.full(HOUR // span, 10)])
    counts = np.random.default_rng(1).poisson(rate * span).astype(float)
    _, least = Floods(span).follow(times(len(counts), span), counts)
    assert not least.any()


def test_what_stays_for_six_hours_is_the_new_normal():
    counts = np.concatenate([np.full(120, 2.0), np.full(600, 40.0)])
    taught, least = Floods(60).follow(times(720, 60), counts)
    assert least[140]
    assert taught[140] < 5
    assert not least[600:].any()
    assert taught[600:] == pytest.approx(40.0)


@pytest.mark.parametrize("span", [1, 7, 60, 300])
def test_bin_by_bin_is_the_same_as_all_at_once(span):
    counts = flooded(span, 2, hours=3)
    at, piece, place, said = times(len(counts), span), Series(span), 0, []
    chance = np.random.default_rng(1)
    whole = Series(span).judge(at, counts)
    while place < len(at):
        end = place + int(chance.choice([1, 1, 2, 40]))
        said.append(piece.judge(at[place:end], counts[place:end]))
        place = end
    for name in ("expected", "risk"):
        joined = np.concatenate([getattr(one, name) for one in said])
        assert joined == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-9)
    assert whole.risk.max() >= 3.0


def test_after_the_first_day_it_has_no_say():
    counts = calm(2, 60)
    counts[1500:1530] *= 60
    taught, least = Floods(60).follow(times(len(counts), 60), counts)
    assert not least[DAY // 60 :].any()
    assert (taught == counts)[DAY // 60 :].all()
