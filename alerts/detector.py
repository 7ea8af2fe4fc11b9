"""A detector as a port: it steps on tallies and says at each step what it thinks and why."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol, runtime_checkable

from app.domain.incident import Signal
from app.domain.post import Post
from app.domain.tally import MinuteTally

Scope = Literal["brand", "topic", "campaign"]
"""What a watch is of: a brand as a whole, one of its topics, one of its campaigns."""
EVERYWHERE: tuple[Scope, ...] = ("brand", "topic", "campaign")


class Detector(Protocol):
    """One signal on one scope, found by entry point in `emberwatch.detectors`.

    Pure and causal: time comes in with the tallies. One instance per scope. Beside what is written here a detector may
    state `scopes`, which scopes it is made for (without it: all), and `alone`: whether its signal is worth an alarm if
    no other detector says the same (without it: no, for a storm shows in several).
    """

    name: str

    def __init__(self, brand: str, zone: str) -> None: ...

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Take in past minutes, oldest first, gaps meaning zero; raises no alarm."""

    def step(self, at: float, recent: Sequence[MinuteTally]) -> Signal:
        """Judge the instant `at` from the complete and current minutes of the last hour, oldest first.

        The `risk` of its signal is -log10 of how likely that is in ordinary times, 0 where it has too little to go by.
        """


@runtime_checkable
class Hearing(Protocol):
    """A detector that judges single posts, too."""

    def hear(self, posts: Iterable[Post]) -> None:
        """Take in posts as they stand now, each again when it changes; none is told before it was known."""


@runtime_checkable
class Telling(Protocol):
    """A detector that has a sentence of its own for what it raised."""

    def told(self, signal: Signal, language: str) -> str:
        """Return what it saw as a sentence in German (`de`) or English (`en`)."""


def scopes(kind: type[Detector]) -> tuple[Scope, ...]:
    """Return for which scopes a kind of detector is made."""
    return getattr(kind, "scopes", EVERYWHERE)


def alone(one: Detector) -> bool:
    """Tell whether the signal of a detector is worth an alarm if no other says the same."""
    return bool(getattr(one, "alone", False))
