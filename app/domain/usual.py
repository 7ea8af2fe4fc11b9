"""What is usual: the band of mentions per minute a brand has at this hour of the week."""

import msgspec


class UsualMinute(msgspec.Struct, frozen=True, array_like=True):
    """The band of one minute, in mentions per minute; `start` in seconds since the epoch."""

    start: int
    low: float
    expected: float
    high: float


class Usual(msgspec.Struct, frozen=True):
    """The band of one brand over the last hour and the next minutes, and how much history it rests on."""

    brand: str
    at: float
    minutes: tuple[UsualMinute, ...]
    basis: float = 0.0
    """Seconds of history behind it; 0 means: nothing known yet, show no band."""
