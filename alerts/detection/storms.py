"""Storms drawn by published laws of growth, to be put into a history: what would be seen of them, and when."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
PLATEAU = 300.0
"""Seconds in which reactions come at a constant rate, before they fade …"""
FADING = 0.242
"""… as t^-(1 + 0.242): the memory kernel of SEISMIC (Zhao et al., KDD 2015, section 4.1)."""
NOVELTY = 1.5
"""Exponent with which news grow old (SpikeM, Matsubara et al., KDD 2012, section 3)."""
SHOCK = 1.4
"""Exponent of the fall after a shock from outside, where every reader may infect the next (Crane & Sornette 2008)."""
FRIDAY = 5
"""Days of a week that are no weekend."""
LEAST_HOUR = 6.0
"""Mentions an ordinary hour is taken to have at least, where storms are sized in ordinary hours."""


def storm(shape: str, size: float, ordinary: float, span: int, bins: int, chance: np.random.Generator) -> Numbers:
    """Return the mentions of a storm in bins of `span` seconds, from its first mention on, at most `bins`.

    Its peak hour brings `size` times `ordinary`, the mentions of an ordinary hour. Raise `KeyError` for no known shape.
    """
    curve = SHAPES[shape](span, bins, chance)
    hour = max(round(3600 / span), 1)
    peak = float(np.convolve(curve, np.ones(hour)).max())
    drawn = chance.poisson(curve * size * max(ordinary, LEAST_HOUR) / peak).astype(float)
    seen = np.flatnonzero(drawn)
    return drawn[seen[0] :] if len(seen) else drawn


def cascade(span: int, bins: int, chance: np.random.Generator) -> Numbers:
    """Reposts that bring reposts: a self-exciting process near the critical point, with a few loud accounts joining."""
    kernel = reactions(span, bins)
    children = chance.uniform(0.8, 0.98)
    seeds = np.zeros(bins)
    seeds[0] = 60
    for _ in range(int(chance.integers(1, 5))):
        seeds[int(chance.integers(1, max(bins // 12, 2)))] += chance.integers(40, 400)
    rate = seeds.copy()
    posts = np.zeros(bins)
    for place in range(bins):
        posts[place] = chance.poisson(rate[place])
        if posts[place]:
            rate[place + 1 :] += children * posts[place] * kernel[: bins - place - 1]
    return posts


def news(span: int, bins: int, chance: np.random.Generator) -> Numbers:
    """Word of mouth among those who do not know yet, fading with the age of the news: rises, peaks, is known to all."""
    fading = np.arange(1, bins + 1, dtype=float) ** -NOVELTY
    strength = chance.uniform(0.8, 1.6) * span / 300
    told = np.zeros(bins)
    told[0] = chance.uniform(1e-4, 2e-3)
    unaware = 1.0 - told[0]
    for place in range(1, bins):
        spoken = float(np.dot(told[:place], fading[:place][::-1]))
        told[place] = min(unaware * strength * spoken, unaware)
        unaware -= told[place]
    return told


def jump(span: int, bins: int, chance: np.random.Generator) -> Numbers:
    """A shock from outside: all at once, then a power law."""
    scale = chance.uniform(900, 3600)
    found: Numbers = (1 + np.arange(bins) * span / scale) ** -SHOCK
    return found


def swell(span: int, bins: int, chance: np.random.Generator) -> Numbers:
    """Talk that feeds on itself before it peaks: a power law up to the peak and down from it."""
    peak = chance.uniform(2, 8) * 3600
    steep = chance.uniform(0.6, 1.0)
    found: Numbers = np.power(1 + np.abs(np.arange(bins) * span - peak) / 600, -steep)
    return found


SHAPES: dict[str, Callable[[int, int, np.random.Generator], Numbers]] = {
    "cascade": cascade,
    "news": news,
    "jump": jump,
    "swell": swell,
}


def reactions(span: float, bins: int) -> Numbers:
    """Return the share of a post's reactions that come in each bin behind it; all bins for ever sum up to 1."""
    edges = np.arange(bins + 1) * span
    level = 1.0 / (PLATEAU * (1 + 1 / FADING))
    later = 1 - (np.maximum(edges, PLATEAU) / PLATEAU) ** -FADING
    shares: Numbers = np.diff(level * (np.minimum(edges, PLATEAU) + PLATEAU / FADING * later))
    return shares


def ordinary(span: int, days: int, chance: np.random.Generator, mean: float = 5.0, bursts: float = 0.3) -> Numbers:
    """Return an ordinary brand's mentions: hours of the day, quiet weekends, a wandering level, spam, small bursts.

    `mean` is mentions per minute by and large, `bursts` how many small bursts come a day. From a Monday, midnight.
    """
    minutes, size = span / 60, round(days * 86_400 / span)
    hour = np.arange(size) * span / 3600
    weekend = hour // 24 % 7 >= FRIDAY
    season = (1 + 0.6 * np.sin((hour % 24 - 9) * np.pi / 12)) * np.where(weekend, 0.6, 1.0)
    rate = mean * minutes * season * np.exp(_wandering(days * 24 + 1, chance))[hour.astype(int)]
    for _ in range(int(chance.poisson(bursts * days))):
        place = int(chance.integers(size))
        length = min(round(6 * 3600 / span), size - place)
        rate[place : place + length] += mean * minutes * chance.pareto(2.0) * jump(span, length, chance)
    counts = chance.poisson(rate * chance.gamma(8.0, 1 / 8.0, size)).astype(float)
    spam = chance.random(size) < 0.5 * span / 86_400
    counts[spam] += chance.poisson(mean * minutes * chance.uniform(5, 30, int(spam.sum())))
    return np.asarray(counts, float)


def _wandering(hours: int, chance: np.random.Generator) -> Numbers:
    """Return a level that wanders and comes back within a day or two: an autoregressive walk by the hour."""
    walk = [0.0]
    for step in chance.normal(0, 0.12, hours).tolist():
        walk.append(0.96 * walk[-1] + step)
    return np.array(walk)
