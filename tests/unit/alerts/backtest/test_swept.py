"""Detectors swept over a past open what a watch stepped over it opens: through floods, gaps, silence, young and old."""

import numpy as np
import pytest

from alerts.backtest.detecting import detectors_of, stepped
from alerts.backtest.progress import unwatched
from alerts.backtest.swept import opening, sweeps
from alerts.watching.memory import shared
from alerts.watching.watch import Watch
from app.domain.backtest import Job
from app.domain.tally import MinuteTally

DAY, MINUTE = 86_400, 60
START = 1_792_800_000
"""The day before the clock goes back in Berlin."""
BUDGET = {"note": 30.0, "warning": 4.0, "crisis": 1.0}
BARS = {"note": 0.6, "warning": 1.0, "crisis": 1.6}


def spoken(seed, before, days, mean):
    """Return the minutes of a brand before `START` and after it: a daily rhythm, floods, bursts and long silences."""
    chance = np.random.default_rng(seed)
    size = 1440 * (before + days)
    rate = mean * (1 + 0.7 * np.sin(np.arange(size) * 2 * np.pi / 1440)) * chance.gamma(5, 0.2, size)
    share, reach = np.full(size, 0.2), chance.pareto(1.5, size) * 300
    for begin, length in chance.integers((0, 5), (size, 240), (3 * (before + days), 2)):
        rate[begin : begin + length] *= 2 + 6 * chance.random()
        rate[begin : begin + length] += chance.random()
        share[begin : begin + length] = chance.uniform(0.1, 0.8)
    for begin, length in chance.integers((0, 10), (size, 300), (before + days, 2)):
        rate[begin : begin + length] = 0.0
    counts = chance.poisson(rate)
    bad = chance.binomial(counts, share)
    good = chance.binomial(counts - bad, 0.4)
    people = np.ceil(counts * chance.uniform(0.3, 1.0, size)).astype(int)
    columns = [one.tolist() for one in (counts, bad, good, people, (counts * reach).astype(int))]
    minutes = [
        shared(MinuteTally(START + MINUTE * (place - 1440 * before), n, negative=b, positive=g, authors=a, reach=r))
        for place, (n, b, g, a, r) in enumerate(zip(*columns, strict=True))
        if n
    ]
    return [one for one in minutes if one.start < START], [one for one in minutes if one.start >= START]


def watch(scope, past, *, swept):
    job = Job(scope, START, START + DAY, "Europe/Berlin", BUDGET)
    made = Watch(scope, lambda: detectors_of(job, swept=swept), job.zone)
    made.learn(past, START)
    made.bars = BARS
    return made


def compare(seed, scope, before, days, mean):
    past, said = spoken(seed, before, days, mean)
    brands = [watch(scope, past, swept=swept) for swept in (False, True)]
    assert [sweeps(one) for one in brands] == [False, True]
    expected = list(stepped(brands[0], said, START, START + days * DAY, unwatched))
    assert opening(brands[1], said, START, START + days * DAY, unwatched) == expected
    assert brands[0].basis - brands[1].basis in {0, MINUTE}, "else what nobody heard was learned; the last is not yet"
    return expected


@pytest.mark.parametrize(
    ("seed", "scope", "before", "days", "mean"),
    [(8, "nord", 0, 1, 5.0), (2, "nord/preis", 2, 1, 30.0)],
)
def test_it_opens_what_a_stepped_watch_opens(seed, scope, before, days, mean):
    assert compare(seed, scope, before, days, mean), "else nothing was compared"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_so_it_does_for_any_brand(seed):
    scope = ("nord", "nord/preis")[seed % 2]
    compare(seed, scope, seed % 4 * 3, 10, 10.0 ** (seed % 5 / 2 - 0.5))
