"""A detector as a port: it steps on tallies and says at each step what it thinks and why."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from app.domain.incident import Signal
from app.domain.tally import MinuteTally


class Detector(Protocol):
    """One signal on one brand, found by entry point in `emberwatch.detectors`.

    Pure and causal: time comes in with the tallies. One instance per brand.
    """

    name: str

    def __init__(self, brand: str, zone: str) -> None: ...

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Take in past minutes, oldest first, gaps meaning zero; raises no alarm."""

    def step(self, at: float, recent: Sequence[MinuteTally]) -> Signal:
        """Judge the instant `at` from the complete and current minutes of the last hour, oldest first."""
