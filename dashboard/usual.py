"""What is usual for the brand in view, at the minute in view."""

from typing import NamedTuple

from app.domain.usual import UsualMinute
from dashboard.panel import View

LEAST = 3600.0
"""Seconds of history below which nothing is called usual."""

VAGUE = 5.0, 20.0
"""A band that reaches beyond this many times the expected, and as much on top, says nothing."""


class Band(NamedTuple):
    """Mentions per minute that would surprise nobody."""

    low: float
    expected: float
    high: float


def band(view: View) -> Band | None:
    """Return the band of the running minute, or the nearest known one; None while nothing is known."""
    minutes = known(view)
    if not minutes:
        return None
    nearest = min(minutes, key=lambda minute: abs(minute.start - view.at + 30))
    return Band(nearest.low, nearest.expected, nearest.high)


def known(view: View) -> tuple[UsualMinute, ...]:
    """Return what is usual by minute, if it rests on enough to say so."""
    usual = view.around.usual.get(view.brand.id)
    if usual is None or usual.basis < LEAST:
        return ()
    times, more = VAGUE
    vague = any(minute.high > times * minute.expected + more for minute in usual.minutes)
    return () if vague else usual.minutes


def basis(view: View) -> float:
    """Return the seconds of history behind the band; 0 while nothing is known."""
    usual = view.around.usual.get(view.brand.id)
    return usual.basis if usual else 0.0
