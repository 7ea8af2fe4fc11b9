"""A sweep says what a surge says bin by bin: through storms, gaps, silence, changes of the clock, in every zone."""

import numpy as np
import pytest

from alerts.detection.surge import Surge
from alerts.detection.sweep import Past, Sweep
from app.domain.tally import MinuteTally

MONDAY = 1_793_577_600
AUTUMN, SPRING = 1_792_800_000, 1_774_656_000
"""The day before the clock goes back, and before it goes forward, in Berlin."""
HOURS = 42


def past(first, seed, mean, lag, *, gaps=2):
    """Return minutes of a brand with a daily rhythm and storms, of which some are neither heard nor asked for."""
    chance = np.random.default_rng(seed)
    size = 60 * HOURS
    rate = mean * (1 + 0.8 * np.sin(np.arange(size) * 2 * np.pi / 1440)) * chance.gamma(5, 0.2, size)
    for begin in chance.integers(size // 2, size, 2):
        rate[begin : begin + 90] += 5 * mean + 1
    counts = chance.poisson(rate).astype(float)
    taught, asked = np.ones(size, bool), np.ones(size, bool)
    for begin, length, pause in chance.integers((0, 1, 0), (size, 400, size), (gaps, 3)):
        counts[begin : begin + length], taught[begin : begin + length] = 0.0, False
        asked[pause : pause + 3 * length] = False
    counts[-200:-120] += chance.poisson(12 * mean + 8, 80)
    taught[-300:] = asked[-300:] = True
    return Past(first, counts, taught, asked, lag)


def plain(surge, said):
    minutes = [MinuteTally(said.first + 60 * place, int(count)) for place, count in enumerate(said.counts)]
    for place, minute in enumerate(minutes):
        learned = place - said.lag
        if learned >= 0 and said.taught[learned]:
            surge.learn([minutes[learned]])
        if said.asked[place]:
            told = surge.step(minute.start + 59.0, minutes[max(place - 60, 0) : place + 1])
            yield told.risk, told.actual, told.expected, surge.rare, told.alarm
        else:
            yield (np.nan,) * 5


def swept(surge, said):
    found = surge.sweep(said)
    alarm = np.where(said.asked, found.alarm, np.nan)
    return np.stack([found.risk, found.actual, found.expected, found.rare, alarm], axis=1)


CASES = [
    (MONDAY + 60 * 17, "Europe/Berlin", 1, 5.0, 2),
    (AUTUMN, "Europe/Berlin", 2, 0.5, 2),
    (SPRING, "Europe/Berlin", 3, 20.0, 4),
    (MONDAY, "Asia/Kolkata", 4, 0.05, 2),
    (AUTUMN, "America/New_York", 5, 2.0, 1),
]


@pytest.mark.parametrize(("first", "zone", "seed", "mean", "lag"), CASES)
def test_it_says_what_a_surge_says_bin_by_bin(first, zone, seed, mean, lag):
    said = past(first, seed, mean, lag)
    one, other = Surge("nord", zone), Sweep("nord", zone)
    expected, found = np.array(list(plain(one, said)), float), swept(other, said)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    assert expected[said.asked][:, 3:].any(), "else no storm was compared"
    assert (other.alarm, other.baseline.basis) == (one.alarm, one.baseline.basis)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_so_it_does_for_any_brand(seed):
    zone = ("Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York")[seed % 4]
    said = past(MONDAY + 1234 * 60 * seed, seed, 10.0 ** (seed % 7 / 2 - 1.5), 1 + seed % 4, gaps=seed % 4)
    expected = np.array(list(plain(Surge("nord", zone), said)), float)
    found = swept(Sweep("nord", zone), said)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_it_goes_on_from_what_was_learned_before():
    said = past(MONDAY, 7, 3.0, 2, gaps=0)
    before = [MinuteTally(MONDAY + 60 * place, 3) for place in range(-4000, 0)]
    surges = Surge("nord", "UTC"), Sweep("nord", "UTC")
    for one in surges:
        one.learn(before)
    expected, found = np.array(list(plain(surges[0], said)), float), swept(surges[1], said)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
