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
    over: float | None = None
    """Probability that the peak is over."""

    @property
    def reason(self) -> dict[str, str] | None:
        """Return in words, by language, why nobody can say; None if it is said."""
        return None if self.refused is None else REFUSED[self.refused]


REFUSED: dict[Refusal, dict[str, str]] = {
    "young": {"de": "Noch keine Prognose: der Sturm ist zu jung.", "en": "No forecast yet: the storm is too young."},
    "thin": {"de": "Noch keine Prognose: zu wenige Erwähnungen.", "en": "No forecast yet: too few mentions."},
    "past": {"de": "Die Spitze ist vorbei.", "en": "The peak is over."},
    "erratic": {
        "de": "Keine Prognose: der Verlauf folgt keinem bekannten Muster.",
        "en": "No forecast: it follows no pattern that is known.",
    },
}
"""Why nobody can say, in words."""


class Kept(msgspec.Struct, frozen=True):
    """A forecast of an incident as it was made, and what came of it once that was over."""

    incident: str
    forecast: Forecast
    judged: bool = False
    peak_at: float | None = None
    """The middle of the fullest hour."""
    peak: float | None = None
    """Mentions per minute in it."""
    time_held: bool | None = None
    height_held: bool | None = None
    """None where it was refused, or was made when the peak was over."""

    @property
    def held(self) -> float | None:
        """Return the share of its two intervals that held what came; None if there is nothing to judge."""
        if self.time_held is None or self.height_held is None:
            return None
        return (self.time_held + self.height_held) / 2
