"""Level 0 to 6 of a storm, after Graf & Schwede (Feinheit, 2012): experience, not science."""

from typing import Literal

import msgspec

Condition = Literal["pace", "authors", "channels", "media", "tone", "reach", "length"]


class Ground(msgspec.Struct, frozen=True):
    """One condition of a level: what is there, what is needed, and whether that is met."""

    condition: Condition
    level: int
    """The level it is a condition of."""
    actual: float
    needed: float
    met: bool


class Level(msgspec.Struct, frozen=True):
    """How strong it blows, from 0 calm over 1 light air, 2 light, 3 moderate breeze, 4 strong wind to 6 hurricane."""

    value: int
    grounds: tuple[Ground, ...] = ()
    """The met conditions of this level, and all of the next one with those that are missing."""
