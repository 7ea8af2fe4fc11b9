"""Moments: milliseconds since the epoch, by which the full-text index is ordered."""

import math
from collections.abc import Iterable

PER_SECOND = 1000.0


def moment(at: float) -> int:
    """Return the one moment m for which m / 1000 <= at < (m + 1) / 1000, compared as floating-point numbers."""
    found = math.floor(at * PER_SECOND)
    if found / PER_SECOND > at:
        return found - 1
    if (found + 1) / PER_SECOND <= at:
        return found + 1
    return found


def moments(instants: Iterable[float]) -> list[int]:
    """Return the moments of instants, each once, ascending."""
    return sorted({moment(at) for at in instants})
