"""Chance that repeats: the same name gives the same draws on every machine, in every process."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import accumulate, repeat
from math import exp, sqrt
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")

SMALL = 12.0
"""Above this mean the skewed normal distribution stands in for Poisson."""


def chance(*name: object) -> Random:
    """Return a generator of random numbers that depends on nothing but `name`."""
    text = "\0".join(map(str, name)).encode()
    return Random(int.from_bytes(blake2b(text, digest_size=16).digest(), "big"))


def poisson(rng: Random, mean: float) -> int:
    """Draw a Poisson number, by inversion for small means (Devroye 1986, X.3), else by Cornish & Fisher (1938)."""
    if mean > SMALL:
        draw = rng.gauss(0.0, 1.0)
        return max(0, round(mean + sqrt(mean) * draw + (draw * draw - 1.0) / 6.0))
    part = total = exp(-mean)
    number, mark = 0, rng.random()
    while mark > total and part > 0:
        number += 1
        part *= mean / number
        total += part
    return number


class Wheel(Generic[T]):
    """A wheel of fortune: the share of each item is its weight."""

    def __init__(self, items: Iterable[tuple[T, float]]) -> None:
        pairs = [(item, weight) for item, weight in items if weight > 0]
        if not pairs:
            raise ValueError("a wheel needs at least one item with a weight above 0")
        self.items = [item for item, _ in pairs]
        marks = list(accumulate(weight for _, weight in pairs))
        self._marks = [mark / marks[-1] for mark in marks[:-1]]

    def turn(self, mark: float) -> T:
        """Return the item at `mark`, a number from 0 up to 1."""
        return self.items[bisect_right(self._marks, mark)]

    def turns(self, marks: Iterable[float]) -> Iterator[T]:
        """Yield the item at each of the marks."""
        return map(self.items.__getitem__, map(bisect_right, repeat(self._marks), marks))
