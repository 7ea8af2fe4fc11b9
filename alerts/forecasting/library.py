"""A library of storms that could be: courses drawn from what is published about growth, to be compared with a real one.

A course is the sum of waves, times the hour of the day, times fluctuations. A wave rises as a power of time and fades
as another (Crane & Sornette, PNAS 2008; Matsubara et al., KDD 2012); a storm has its first one at once, and others
follow as in a cascade whose later posts set off waves of their own (Zhao et al., KDD 2015), most of them smaller.
"""

from functools import cache
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
Places = NDArray[np.intp]

SPAN = 300
"""Seconds of a bin."""
HOUR = 3600 // SPAN
SEEN = 48 * HOUR
"""Bins of a storm that can be compared at most."""
AHEAD = 24 * HOUR
"""Bins a forecast looks ahead."""
BINS = SEEN + AHEAD


class Growth(NamedTuple):
    """From what courses are drawn; logarithms are normal where a spread is named."""

    courses: int = 3000
    seed: int = 7
    rise: float = 1.0
    """Hours to the top of a wave, in the middle …"""
    rise_spread: float = 1.2
    decay: float = 1.0
    """Hours in which it begins to fade …"""
    decay_spread: float = 1.0
    waves: float = 1.0
    """Further waves in twelve hours."""
    size: float = 0.3
    """Height of a further wave against the first, in the middle …"""
    size_spread: float = 1.0
    noise: float = 0.5
    """Fluctuation of the logarithm of the rate …"""
    memory: float = 0.8
    """… and its correlation over half an hour."""
    fed: float = 0.1
    """Share of the waves that feed on themselves before their top: a power law up to it."""
    day: float = 0.6
    """The most by which the hour of the day moves the rate, as a share of it."""


MOST_WAVES = 6
LONGEST_RISE, LATER_RISE = 24.0, 6.0
"""Hours a first wave, and a further one, rises at most."""
STEEP = (0.4, 8.0)
"""Exponents of the rise, from sudden and slowing to slow and quickening."""
FED = (0.4, 1.0)
"""Exponents of the rise of a wave that feeds on itself (Crane & Sornette: 1 - 2θ, θ about 0.4, and what was seen)."""
CLOSE = 1 / 6
"""Hours around the top of such a wave in which the power law levels off."""
FADES = (0.8, 2.0)
"""Exponents of the fall, from endogenous to a shock that nobody passes on."""
CHUNK = 500


@cache
def library(growth: Growth = Growth()) -> Floats:  # noqa: B008 - a constant
    """Return the cumulated courses [courses, BINS + 1] of a growth, the same for the same seed: 10 MB."""
    chance = np.random.default_rng(growth.seed)
    sizes = [min(CHUNK, growth.courses - start) for start in range(0, growth.courses, CHUNK)]
    found = np.zeros((growth.courses, BINS + 1), np.float32)
    start = 0
    for size in sizes:
        rates = _waves(growth, size, chance) * _day(growth, size, chance) * np.exp(_noise(growth, size, chance))
        found[start : start + size, 1:] = np.cumsum(rates, axis=1, dtype=np.float64)
        start += size
    found.setflags(write=False)
    return found


def _hours() -> Floats:
    return ((np.arange(BINS) + 0.5) / HOUR).astype(np.float32)


def _waves(growth: Growth, size: int, chance: np.random.Generator) -> Floats:
    shape = (size, MOST_WAVES)
    begin = np.cumsum(chance.exponential(12 / growth.waves, shape), axis=1)
    height = growth.size * np.exp(growth.size_spread * chance.standard_normal(shape))
    rise = (growth.rise * np.exp(growth.rise_spread * chance.standard_normal(shape))).clip(0.05, LONGEST_RISE)
    begin[:, 0], height[:, 0] = 0.0, 1.0
    rise[:, 1:] = np.minimum(rise[:, 1:], LATER_RISE)
    steep = np.exp(chance.uniform(log(STEEP[0]), log(STEEP[1]), shape))
    decay = growth.decay * np.exp(growth.decay_spread * chance.standard_normal(shape)) * np.sqrt(rise.clip(0.3))
    fades = chance.uniform(*FADES, shape)
    fed, feeding = chance.random(shape) < growth.fed, chance.uniform(*FED, shape)
    hours, rates = _hours(), np.zeros((size, BINS), np.float32)
    for wave in range(MOST_WAVES):
        at, top, up, scale, down, high = (
            figure[:, wave : wave + 1].astype(np.float32) for figure in (begin, rise, steep, decay, fades, height)
        )
        since = hours - at
        rising = np.minimum(since.clip(1e-3) / top, 1.0) ** up
        own = fed[:, wave]
        rising[own] = (1.0 + (top - since)[own].clip(0.0) / CLOSE) ** -feeding[own, wave : wave + 1]
        falling = (1.0 + (since - top).clip(0.0) / scale) ** -down
        rates += np.where(since > 0, high * rising * falling, np.float32(0.0))
    return rates


def _day(growth: Growth, size: int, chance: np.random.Generator) -> Floats:
    peak, swing = chance.uniform(0, 24, (size, 1)), chance.uniform(0, growth.day, (size, 1))
    found: Floats = (1.0 + swing * np.cos(2 * np.pi * (_hours() - peak) / 24)).astype(np.float32)
    return found


def _noise(growth: Growth, size: int, chance: np.random.Generator) -> Floats:
    keep = growth.memory ** (SPAN / 1800)
    fresh = np.sqrt(1 - keep * keep)
    found = np.empty((size, BINS), np.float32)
    found[:, 0] = chance.standard_normal(size)
    for place in range(1, BINS):
        found[:, place] = keep * found[:, place - 1] + fresh * chance.standard_normal(size)
    return growth.noise * found
