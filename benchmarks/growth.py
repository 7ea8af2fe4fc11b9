"""The growth of a real storm, drawn: tens of posts in the first minutes, thousands an hour later. No shared data.

Shape and speed follow what is published of such storms: a hashtag that takes off doubles every few minutes until its
height (Lehmann and others, "Dynamical Classes of Collective Attention in Twitter", WWW 2012).
"""

import random
from collections.abc import Callable, Iterator
from math import exp

Pace = Callable[[float], float]
"""Minutes since the first post → posts a minute."""


def takeoff(minute: float) -> float:
    """Like #thisisacoup: 3 a minute at first, doubling every 8 minutes, 200 a minute within the hour."""
    return min(3.0 * 2 ** (minute / 8.0), 200.0)


def slow(minute: float) -> float:
    """Doubling every 20 minutes."""
    return min(1.0 * 2 ** (minute / 20.0), 150.0)


def jump(minute: float) -> float:
    """At once 40 a minute, as after the evening news, and fading."""
    return 40.0 * exp(-minute / 90.0)


SHAPES: dict[str, Pace] = {"takeoff": takeoff, "slow": slow, "jump": jump}


def posts(pace: Pace, seed: int, minutes: int = 240) -> Iterator[float]:
    """Yield the instants of posts in seconds since the first, as a Poisson process of that pace."""
    chance = random.Random(seed)
    yield 0.0
    for minute in range(minutes):
        mean = pace(minute + 0.5)
        at = chance.expovariate(mean)
        while at < 1.0:
            yield 60.0 * (minute + at)
            at += chance.expovariate(mean)
