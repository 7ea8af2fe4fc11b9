"""The peak of a storm: forecast from its course so far against a library of courses; pure and causal.

Approximate Bayesian computation (Marin et al. 2012): the course so far is summed up in blocks that grow into the past,
each course of the library is weighed by how well the logarithms of its blocks fit them, and the futures of those that
fit are the forecast. A block is doubted by its counting noise, made larger where mentions come in clumps, and by a
fixed share, so that a million mentions do not leave one course alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alerts.forecasting.library import AHEAD, BINS, HOUR, SEEN, SPAN, Growth, Numbers, Places, library
from app.domain.forecast import Forecast, Point, Refusal

BLOCKS = (0, 1, 3, 6, 12, 24, 48, 96, 192, SEEN)
"""Edges of the blocks in bins before now."""
YOUNG = 4
"""Bins a storm lasts at least before its growth says anything."""
THIN = 12.0
"""Mentions beyond the usual it has brought at least."""
OVER = 0.8
"""Probability that the peak is over from which it is said to be: then it was in 94 of 100 instants of real events."""
STRANGE = 2.0
"""Squared misfit a block, of the course that fits best, beyond which it follows no growth that is known."""
WIDEST = 25.0
"""Times the low bound from which an interval of the height says nothing."""
CURVE = 4 * HOUR
"""Bins of the curve."""
DRAWS = 1000
LEAST = 0.5
"""Added to counts before their logarithm is taken."""


class Doubt(NamedTuple):
    """How far a course may be from the real one and still fit, and what is thought of heights beforehand."""

    share: float = 0.35
    """Of the logarithm of a block, however many mentions it has …"""
    bin: float = 0.5
    """… and of each bin on its own."""
    clumps: float = 12.0
    """Weight, in bins, of the belief that mentions come one by one."""
    small: float = 0.25
    """Exponent of the sizes of storms: small ones are more frequent."""


def forecast(
    counts: Sequence[float],
    at: float,
    usual: float = 0.0,
    growth: Growth = Growth(),  # noqa: B008 - constants
    doubt: Doubt = Doubt(),  # noqa: B008
    tail: float = 0.1,
) -> Forecast:
    """Return the interval of the peak from bins of five minutes, the first at the onset, the last ended at `at`.

    `usual` is mentions per minute that would be there anyhow; `tail` is the share that is left out on either side. The
    peak is the fullest hour from the onset until 24 hours from `at`. The same arguments give the same forecast.
    """
    seen = np.asarray(counts, float)
    refused = _early(seen, usual)
    if refused is not None:
        return Forecast(at, refused)
    posterior = _posterior(seen, usual * SPAN / 60, growth, doubt)
    if posterior.misfit > STRANGE:
        return Forecast(at, "erratic")
    return _told(posterior, seen, at, tail)


def _early(seen: Numbers, usual: float) -> Refusal | None:
    if len(seen) < YOUNG:
        return "young"
    if float(seen.sum()) - usual * SPAN / 60 * len(seen) < THIN:
        return "thin"
    return "erratic" if len(seen) > SEEN else None


class _Posterior(NamedTuple):
    """Futures that fit: mentions by bin from now on [draws, AHEAD], with the noise of counting in their hours."""

    rates: Numbers
    clumping: float
    misfit: float
    chance: np.random.Generator


def _posterior(seen: Numbers, usual: float, growth: Growth, doubt: Doubt) -> _Posterior:
    courses, now = library(growth), len(seen)
    edges = now - np.array([edge for edge in BLOCKS if edge < now] + [now])
    newer, older = edges[:-1], edges[1:]
    length = (newer - older).astype(float)
    total = np.concatenate([[0.0], np.cumsum(seen)])
    clumping = _clumping(seen, doubt.clumps)
    beyond = np.maximum(total[newer] - total[older] - usual * length, 0.0) + LEAST
    spread = clumping * (1 / beyond + usual * length / beyond**2) + doubt.share**2 + doubt.bin**2 / length
    drawn = np.log((courses[:, newer] - courses[:, older]) / length + 1e-6).astype(float)
    apart = np.log(beyond / length) - drawn
    weight = 1 / spread
    scale = apart @ weight / weight.sum()
    misfit = np.square(apart - scale[:, None]) @ weight
    fit = -misfit / 2 - doubt.small * (np.log(courses[:, -1]) + scale)
    chance = np.random.default_rng(growth.seed)
    picked = _picked(fit, chance)
    size = np.exp(scale[picked] + chance.standard_normal(DRAWS) / np.sqrt(weight.sum()))
    until = min(now + AHEAD, BINS)
    rates = np.diff(courses[picked, now : until + 1].astype(float), axis=1) * size[:, None] + usual
    return _Posterior(rates, clumping, float(misfit.min()) / len(length), chance)


def _clumping(seen: Numbers, prior: float) -> float:
    """Return how much more neighbouring bins differ than if mentions came one by one; at least 1."""
    both = seen[1:] + seen[:-1]
    there = both > 0
    differing = np.square(np.diff(seen)[there]) / both[there]
    return max((float(differing.sum()) + prior) / (len(differing) + prior), 1.0)


def _picked(fit: Numbers, chance: np.random.Generator) -> Places:
    """Return the numbers of courses, each as often as it fits (systematic resampling)."""
    weight = np.cumsum(np.exp(fit - fit.max()))
    steps = (np.arange(DRAWS) + chance.random()) / DRAWS * weight[-1]
    found: Places = np.searchsorted(weight, steps).clip(0, len(fit) - 1)
    return found


def _told(posterior: _Posterior, seen: Numbers, at: float, tail: float) -> Forecast:
    rates, now = posterior.rates, len(seen)
    past = hours(seen)
    top = int(past.argmax())
    coming = hours(np.concatenate([np.broadcast_to(seen[-HOUR + 1 :], (DRAWS, min(now, HOUR - 1))), rates], axis=1))
    coming = coming[:, min(now, HOUR - 1) :]
    where = coming.argmax(axis=1)
    height = coming[np.arange(DRAWS), where]
    height = height + np.sqrt(posterior.clumping * height) * posterior.chance.standard_normal(DRAWS)
    over = height <= past[top]
    place = np.where(over, top, now + where)
    low, high = np.quantile(np.maximum(height, past[top]), (tail, 1 - tail)) / 60
    first, last = np.quantile(place, (tail, 1 - tail))
    share = float(over.mean())
    if share >= OVER:
        return Forecast(at, "past", over=round(share, 3))
    if high > WIDEST * max(low, 1 / 60):
        return Forecast(at, "erratic")
    middle = at + SPAN * (1 - now) - 1800
    return Forecast(
        at,
        None,
        round(middle + SPAN * float(first)),
        round(middle + SPAN * float(last)),
        round(float(low), 3),
        round(float(high), 3),
        _curve(posterior, at, tail),
        over=round(share, 3),
    )


def hours(bins: Numbers) -> Numbers:
    """Return the sum of the hour that ends with each bin, along the last axis."""
    total = np.cumsum(bins, axis=-1)
    found = total.copy()
    found[..., HOUR:] -= total[..., :-HOUR]
    return found


def _curve(posterior: _Posterior, at: float, tail: float) -> tuple[Point, ...]:
    rates = posterior.rates[:, :CURVE]
    noise = np.sqrt(posterior.clumping * rates) * posterior.chance.standard_normal(rates.shape)
    drawn = np.quantile(np.maximum(rates + noise, 0.0), (tail, 0.5, 1 - tail), axis=0) * 60 / SPAN
    low, middle, high = drawn.round(3).tolist()
    return tuple(Point(at + SPAN * place, *three) for place, three in enumerate(zip(low, middle, high, strict=True)))
