"""What is expected of a storm: when it peaks and how high, as an interval; or why nobody can say."""

from typing import Literal

import msgspec

Refusal = Literal["young", "thin", "past", "erratic"]
"""Too young; too few mentions; its peak is over; it follows no growth that is known."""


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One future five minutes: its start, and mentions per minute between which they lie in eight of ten cases."""

    start: float
    low: float
    middle: float
    high: float


class Forecast(msgspec.Struct, frozen=True):
    """The 80 % interval of the peak, made at `at`; or `refused`, and nothing else."""

    at: float
    refused: Refusal | None = None
    peak_from: float | None = None
    peak_to: float | None = None
    """Between which instants the peak hour is expected to be at its middle."""
    low: float | None = None
    high: float | None = None
    """Mentions per minute in the peak hour."""
    curve: tuple[Point, ...] = ()
    covered: float | None = None
    """Share of earlier intervals that held what came; None before there are any."""
    judged: int = 0
    """Forecasts that share is made from."""
