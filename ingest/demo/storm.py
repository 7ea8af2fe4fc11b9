"""A firestorm as a story in time: one post, a rush, a plateau, a slow end."""

from math import exp

import msgspec

PEAK = 5.6
"""Storm mentions at the plateau, as a multiple of the usual."""
TURN, STEEP = 80.0, 20.0
"""Seconds until half the plateau is reached, and how steep the rush is (logistic growth)."""
HOLD, FADE = 0.5, 0.18
"""Shares of the storm's length after which it fades, and in which it fades to 1/e."""
LONGEST = 1.5
"""Nothing is left after this multiple of the storm's length."""
CALMING = 75.0
"""Seconds in which a storm that was called off falls to 1/e."""
SPARK = 12.0
"""Seconds in which nobody has seen the first post yet."""


class Storm(msgspec.Struct, frozen=True):
    """A firestorm: `start` in UTC seconds, about how many `minutes` it lasts, and when it was called off."""

    start: int
    minutes: int = 30
    calmed: int | None = None

    def strength(self, elapsed: float) -> float:
        """Return storm mentions per usual mention, `elapsed` seconds after its start."""
        length = self.minutes * 60
        if elapsed < SPARK or elapsed > LONGEST * length:
            return 0.0
        growth = PEAK / (1 + exp((TURN - elapsed) / STEEP))
        return growth * exp(-max(0.0, elapsed - HOLD * length) / (FADE * length))

    def calm(self, at: float) -> float:
        """Return the share that is left at an instant because the storm was called off; 1 if it was not."""
        return 1.0 if self.calmed is None else exp(-max(0.0, at - self.calmed) / CALMING)

    def phase(self, elapsed: float) -> str:
        """Return how far the story is: `early`, `peak` or `late`."""
        if elapsed < 2 * TURN:
            return "early"
        return "peak" if elapsed < HOLD * self.minutes * 60 else "late"

    def over(self, at: float, speed: float = 1.0) -> bool:
        """Tell whether nothing of it is left to come."""
        called_off = self.calmed is not None and at - self.calmed > 12 * CALMING
        return called_off or (at - self.start) * speed > LONGEST * self.minutes * 60

    def fading(self, at: float, speed: float = 1.0) -> bool:
        """Tell whether it is past its length or called off, so that another may begin."""
        return self.calmed is not None or (at - self.start) * speed > self.minutes * 60
