"""The progress of a backtest, and how far back it looks."""

from collections.abc import Callable

Watch = Callable[[float], None]
"""Gets the share that is done, 0 to 1; may raise to stop it."""
LEARNED = 21 * 86_400
"""Seconds of past that are learned before a backtest begins."""


def unwatched(_share: float) -> None:
    """Watch nothing."""
