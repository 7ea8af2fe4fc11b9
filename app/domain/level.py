"""Level 0 to 6 of a storm, after Graf & Schwede (Feinheit, 2012): experience, not science.

Their scale runs from calm to hurricane and asks who is angry, on how many channels, in which tone, and how the media
take it up. Ours asks the same of figures. Each level has conditions that must be met (pace and breadth; from the fourth
on tone, for a wave of praise is no storm) and takes some of the others. The thresholds are ours, set by made-up storms
and the demo's: they rise with the level, so more of anything never lowers it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

Condition = Literal["ratio", "pace", "authors", "channels", "media", "tone", "reach", "length"]

HIGHEST = 6
STEADY = 0.75
"""Share of what a level takes below which a figure has to fall before the level does."""
UNSEEN = 2
"""The highest level while there is no incident."""
LEAST_USUAL = 0.1
"""Mentions a minute that are taken as usual at least."""

NEEDED: Mapping[Condition, tuple[float, ...]] = MappingProxyType(
    {
        "ratio": (1.5, 2, 3, 4, 6, 10),
        "pace": (1, 2, 5, 15, 40, 150),
        "authors": (4, 12, 40, 150, 1_000, 10_000),
        "tone": (0.15, 0.2, 0.25, 0.25, 0.33, 0.4),
        "channels": (1, 2, 2, 3, 4, 5),
        "media": (1, 2, 3, 10, 30, 100),
        "reach": (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000),
        "length": (1, 3, 5, 15, 30, 60),
    }
)
"""What levels 1 to 6 take of each condition."""
MUSTS: tuple[frozenset[Condition], ...] = (
    *(frozenset[Condition]({"ratio", "pace", "authors"}),) * 3,
    *(frozenset[Condition]({"ratio", "pace", "authors", "tone"}),) * 3,
)
"""Conditions without which levels 1 to 6 are not reached."""
OTHERS = (1, 2, 2, 2, 2, 3)
"""How many of the other conditions they take."""


class Strength(msgspec.Struct, frozen=True):
    """How strong it blows, in figures: pace of the last five minutes, the rest of the last hour, or since it began."""

    pace: float
    """Mentions a minute."""
    expected: float = 0.0
    """Mentions a minute that are usual now."""
    authors: int = 0
    channels: int = 0
    """Channels with more than a stray mention."""
    media: int = 0
    """Mentions by news sites, blogs and accounts with a very large following."""
    tone: float | None = None
    """Share of the mentions that could be read that is negative, 0 to 1; None where hardly one could."""
    reach: int = 0
    length: float = 0.0
    """Minutes since it began."""

    @property
    def ratio(self) -> float:
        """Return how many times the usual that is."""
        return self.pace / max(self.expected, LEAST_USUAL)


class Ground(msgspec.Struct, frozen=True):
    """One condition of a level: what is there, what is needed, and whether that is met."""

    condition: Condition
    level: int
    """The level it is a condition of."""
    actual: float
    needed: float
    met: bool
    must: bool = False
    """The level is not reached without it."""


class Level(msgspec.Struct, frozen=True):
    """How strong it blows, from 0 calm over 1 light air, 2 light, 3 moderate breeze, 4 strong wind to 6 hurricane."""

    value: int
    grounds: tuple[Ground, ...] = ()
    """The met conditions of this level, and all of the next one with those that are missing."""
    others: int = 0
    """How many conditions that are no must the next level takes; 0 at the highest."""


def level(found: Strength, before: int = 0, *, incident: bool = True) -> Level:
    """Return the level of a strength with its grounds; never lower for a figure that is higher.

    `before` is the level that was: it rises at once, and falls only when a figure is well below what it took: else it
    would flutter. Without an incident at most `UNSEEN`.
    """
    most = HIGHEST if incident else UNSEEN
    kept = min(before, _reached(found, STEADY))
    value = min(max(_reached(found, 1.0), kept), most)
    grounds = [one for one in _grounds(found, value) if one.met] if value else []
    if value < most:
        grounds += _grounds(found, value + 1)
    return Level(value, tuple(grounds), OTHERS[value] if value < most else 0)


def _reached(found: Strength, share: float) -> int:
    """Return the highest level all of whose lower ones are reached, too, with that share of what each takes."""
    for value in range(1, HIGHEST + 1):
        grounds = _grounds(found, value, share)
        missing = any(one.must and not one.met for one in grounds)
        if missing or sum(one.met for one in grounds if not one.must) < OTHERS[value - 1]:
            return value - 1
    return HIGHEST


def _grounds(found: Strength, value: int, share: float = 1.0) -> list[Ground]:
    made = []
    for condition, needed in NEEDED.items():
        actual = getattr(found, condition)
        if actual is not None:  # a tone that nobody can read is no condition
            wanted, must = needed[value - 1], condition in MUSTS[value - 1]
            made.append(Ground(condition, value, float(actual), wanted, actual >= wanted * share, must))
    return made
