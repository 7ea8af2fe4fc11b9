"""What is usual for the brand in view, at the minute in view."""

from typing import NamedTuple

from dashboard.panel import View


class Band(NamedTuple):
    """Mentions per minute that would surprise nobody."""

    low: float
    expected: float
    high: float


def band(view: View) -> Band | None:
    """Return the band of the running minute, or the nearest known one; None while nothing is known."""
    usual = view.around.usual.get(view.brand.id)
    if usual is None or usual.basis <= 0 or not usual.minutes:
        return None
    nearest = min(usual.minutes, key=lambda minute: abs(minute.start - view.at + 30))
    return Band(nearest.low, nearest.expected, nearest.high)


def basis(view: View) -> float:
    """Return the seconds of history behind the band; 0 while nothing is known."""
    usual = view.around.usual.get(view.brand.id)
    return usual.basis if usual else 0.0
