"""Why an incident is one, and what speaks against it: figures and keys only, so that a deletion reaches every text."""

from typing import Literal

import msgspec

Why = Literal["first", "reach", "followed", "typical", "other_side", "other_channel", "newest"]
"""What an evidence post was chosen for."""
Doubt = Literal["without_author", "without_reposts", "labels_flipped", "source_outage"]
"""What is tried against an incident."""


class Evidence(msgspec.Struct, frozen=True):
    """One post that shows what happens; its text and its author are looked up when it is shown."""

    mention: str
    """Its key."""
    why: Why


class Driver(msgspec.Struct, frozen=True):
    """A term that is said now and was not: `z` is its log-odds against what is usual in standard deviations."""

    term: str
    count: int
    z: float


class Lead(msgspec.Struct, frozen=True):
    """An author whom the talk follows; `share` is theirs of the influence of all, 0 to 1."""

    author: str
    """The author's key."""
    share: float
    reach: int
    posts: int
    example: str = ""
    """Key of the mention of theirs that is followed most."""


class Counter(msgspec.Struct, frozen=True):
    """One thing tried against the incident, and whether it stands all the same; None: it cannot be told."""

    doubt: Doubt
    holds: bool | None
    actual: float | None = None
    """What would be counted then, mentions per minute (of negative ones where those raised it)."""
    needed: float | None = None
    """What it takes to raise."""
    share: float | None = None
    """Of what was counted that is left out; of the simulated draws that hold, for flipped labels."""
    reason: dict[str, str] = {}
    """In a sentence, by language (`de`, `en`), that names nobody."""
    author: str | None = None
    """Key of the author who was left out."""


class Explanation(msgspec.Struct, frozen=True):
    """All that is known of an incident at an instant."""

    at: float
    actual: float
    """Mentions per minute (negative ones where those raised it)."""
    expected: float
    low: float
    high: float
    """The usual band, per minute."""
    first: str | None = None
    """Key of the first post."""
    drivers: tuple[Driver, ...] = ()
    leads: tuple[Lead, ...] = ()
    channels: dict[str, int] = {}
    """Channel → mentions since it began."""
    evidence: tuple[Evidence, ...] = ()
    """Five at most, no two alike."""
    spare: tuple[Evidence, ...] = ()
    """What takes the place of evidence that is deleted before the incident is told anew."""
    counters: tuple[Counter, ...] = ()
    confidence: float | None = None
    """0 to 1; None while nothing can be said of it."""
    negative: bool = False
    """The figures count negative mentions only."""
    bots: float | None = None
    """Share of the posts in bursts that look coordinated, 0 to 1; None where nothing is known of copies."""
    basis: float = 0.0
    """Seconds of history behind `expected`."""

    @property
    def ratio(self) -> float:
        """Return how many times the usual is counted; at least one a ten minutes is taken as usual."""
        return self.actual / max(self.expected, 0.1)
