"""Conditions of rules, as a tree: what is compared with what, joined by AND, OR and NOT, and for how long.

`str()` of a condition is its text in the language of docs/rules.md; reading that again gives an equal one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.domain.figures import FIGURES

Sign = Literal[">", ">=", "<", "<="]
MINUTE, HOUR = 60, 3600
OPPOSITE: dict[Sign, Sign] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
THOUSAND = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over the seconds before an instant, in one channel or in all; `risk` is of a series instead."""

    name: str
    window: int = 0
    channel: str = ""
    series: str = ""

    def __str__(self) -> str:
        if self.series:
            return f"{self.name}({self.series})"
        return f"{self.name}({duration(self.window)}{f', channel:{self.channel}' if self.channel else ''})"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure is compared with: a number, or so many times the usual or another figure."""

    value: Decimal
    base: Literal["usual"] | Figure | None = None

    def __str__(self) -> str:
        if self.base is None:
            return f"{self.value:f}"
        return str(self.base) if self.value == 1 else f"{self.value:f} * {self.base}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure beside a limit."""

    figure: Figure
    sign: Sign
    limit: Limit

    def __str__(self) -> str:
        limit = self.limit
        if limit.base is None and FIGURES[self.figure.name].unit in {"share", "balance"}:
            return f"{self.figure} {self.sign} {plain(limit.value * 100):f}%"
        return f"{self.figure} {self.sign} {limit}"


@dataclass(frozen=True, slots=True)
class And:
    """All of its parts."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " AND ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of its parts."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but its part."""

    part: "Node"

    def __str__(self) -> str:
        return f"NOT ({self.part})" if isinstance(self.part, And | Or) else f"NOT {self.part}"


@dataclass(frozen=True, slots=True)
class Held:
    """Its part, for at least so many seconds without a break."""

    part: "Node"
    seconds: int

    def __str__(self) -> str:
        return f"({self.part} for {duration(self.seconds)})"


Node = Comparison | And | Or | Not | Held


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of a rule."""

    root: Node

    def __str__(self) -> str:
        written = str(self.root)
        return written[1:-1] if isinstance(self.root, Held) else written

    def figures(self) -> frozenset[Figure]:
        """Return every figure it needs, those of limits included."""
        return frozenset(_figures(self.root))

    def usual(self) -> frozenset[Figure]:
        """Return the figures it compares with what is usual for them."""
        return frozenset(one.figure for one in comparisons(self.root) if one.limit.base == "usual")

    @property
    def measures(self) -> frozenset[str]:
        """Return the measures of a minute it needs."""
        return frozenset(measure for figure in self.figures() for measure in FIGURES[figure.name].measures)

    @property
    def reach(self) -> int:
        """Return how many seconds before an instant decide whether it holds then."""
        return _reach(self.root)


def comparisons(node: Node) -> Iterator[Comparison]:
    """Yield the comparisons of a condition, from left to right."""
    match node:
        case Comparison():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part) | Held(part):
            yield from comparisons(part)


def duration(seconds: int) -> str:
    """Write a length of time as the language takes it: 15m, 2h."""
    return f"{seconds // HOUR}h" if seconds % HOUR == 0 else f"{seconds // MINUTE}m"


def plain(value: Decimal) -> Decimal:
    """Return the same number without zeros behind its point."""
    return value.normalize() + 0 if value else Decimal(0)


def _figures(node: Node) -> Iterator[Figure]:
    for one in comparisons(node):
        yield one.figure
        if isinstance(one.limit.base, Figure):
            yield one.limit.base


def _reach(node: Node) -> int:
    match node:
        case Held(part, seconds):
            return seconds + _reach(part)
        case Not(part):
            return _reach(part)
        case And(parts) | Or(parts):
            return max(map(_reach, parts))
        case _:
            return max(figure.window for figure in _figures(node)) or MINUTE
