"""How often analyzers and persons agree, with the interval in which the truth lies 95 times of 100."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import sqrt

import msgspec

from app.domain.correction import Chosen

Z = 1.959964
"""Standard deviations within which 95 of 100 draws lie."""


class Verdicts(msgspec.Struct, frozen=True):
    """How many mentions alike were judged alike; of intents `said` and `meant` list all, in order."""

    brands: tuple[str, ...]
    language: str
    chosen: Chosen
    said: tuple[str, ...]
    """What the analyzers had said."""
    meant: tuple[str, ...]
    """What persons said."""
    count: int


class Agreement(msgspec.Struct, frozen=True):
    """How many judged mentions the analyzers had right; those they had called uncertain count for neither side."""

    count: int
    uncertain: int
    right: int
    pairs: Mapping[tuple[tuple[str, ...], tuple[str, ...]], int]
    """(what was said, what was meant) → mentions."""

    @property
    def sure(self) -> int:
        """Return how many had a label that may be right or wrong."""
        return self.count - self.uncertain

    @property
    def share(self) -> float | None:
        """Return the share that was right, 0 to 1; None of nothing."""
        return self.right / self.sure if self.sure else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return the interval of the share."""
        return wilson(self.right, self.sure)


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return the interval in which the share lies with 95 % (Wilson, JASA 22, 1927); 0 to 1 of nothing."""
    if not count:
        return 0.0, 1.0
    share, square = right / count, Z * Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z / (1 + square / count) * sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def agreement(verdicts: Iterable[Verdicts]) -> Agreement:
    """Return the sum of what was judged."""
    pairs: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for one in verdicts:
        pairs[one.said, one.meant] += one.count
    return Agreement(
        count=pairs.total(),
        uncertain=sum(count for (said, _), count in pairs.items() if said == ("uncertain",)),
        right=sum(count for (said, meant), count in pairs.items() if said == meant),
        pairs=dict(sorted(pairs.items())),
    )
