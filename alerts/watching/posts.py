"""Posts a detector remembers: the newest state of each, and how often there were such ones before. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from math import exp, log10

from app.domain.incident import Signal
from app.domain.post import Post
from app.domain.tally import MinuteTally

DAY = 86_400.0
FORGET = 21 * DAY
"""Seconds after which a post counts 1/e in what is usual."""
FIRST = 2.0
"""Days' worth of belief in `usual`, before any post is known."""
LEAST = 1_800.0
"""Seconds from which on what is said is taken for a pace."""


_NOTHING = (False, 0.0, 0.0, 0.0, 0.0, 0.0)


class Attentive(ABC):
    """The part of detectors of single posts that is the same for all: minutes teach them nothing."""

    name: str

    def __init__(self, brand: str, zone: str) -> None:
        self._brand, self._zone = brand, zone

    def learn(self, history: Iterable[MinuteTally]) -> None:  # noqa: B027 - nothing to learn is no lack
        """Learn nothing from minutes: single posts cannot be seen in them."""

    def step(self, at: float, recent: Sequence[MinuteTally]) -> Signal:  # noqa: ARG002 - the port has it
        """Judge the instant `at` by the posts heard of."""
        return self.judge(at)

    @abstractmethod
    def judge(self, at: float) -> Signal:
        """Judge an instant."""

    def nothing(self, at: float, window: float, basis: float = 0.0) -> Signal:
        """Return the signal of an instant at which there is no post to judge."""
        return Signal(self.name, self._brand, at, *_NOTHING, int(window), basis)


class Posts:
    """Holds the posts of the last `span` seconds; older ones only count as a figure each in what is usual."""

    def __init__(self, span: float, figure: Callable[[Post], float], usual: Callable[[float], float]) -> None:
        """Learn `figure` of posts; `usual` says how many a day of at least a figure are believed in at first."""
        self._span, self._figure, self._usual = span, figure, usual
        self._held: dict[str, Post] = {}
        self._past: dict[int, float] = {}
        """Tenth of a decade of the figure → how many, faded."""
        self._days = 0.0
        self._at = 0.0

    def hear(self, posts: Iterable[Post], matters: Callable[[Post], bool] = lambda _: True) -> None:
        """Take in posts as they stand now; one that no longer matters, for its label was corrected, is let go."""
        for post in posts:
            if matters(post):
                self._held[post.key] = post
            else:
                self._held.pop(post.key, None)

    def now(self, at: float) -> list[Post]:
        """Return the posts of the last `span` seconds before `at`; the others become past."""
        self._pass(at)
        for key in [key for key, post in self._held.items() if post.at <= at - self._span]:
            self._learn(self._held.pop(key))
        return [post for post in self._held.values() if post.at <= at]

    def rate(self, figure: float) -> float:
        """Return how many posts a day with at least this figure are usual."""
        place = _place(figure)
        known = sum(number for one, number in self._past.items() if one >= place)
        return (FIRST * self._usual(figure) + known) / (FIRST + self._days)

    @property
    def basis(self) -> float:
        """Return the seconds of history behind what is usual."""
        return self._days * DAY

    def _pass(self, at: float) -> None:
        """Let past posts fade by the hour; a gap in which nobody judged counts as a day at most."""
        days = (at - self._at) / DAY
        if not self._at or days < 0:
            self._at = at
        elif days >= 1 / 24:
            self._fade(min(days, 1.0))
            self._at = at

    def _learn(self, post: Post) -> None:
        place = _place(self._figure(post))
        self._past[place] = self._past.get(place, 0.0) + 1.0

    def _fade(self, days: float) -> None:
        fade = exp(-days * DAY / FORGET)
        self._past = {place: number * fade for place, number in self._past.items() if number > 1e-3}  # noqa: PLR2004 - as good as none
        self._days = self._days * fade + days


class Said:
    """Counts how much is said of a brand a day, from its minutes."""

    def __init__(self) -> None:
        self._first, self._last, self._count = float("inf"), 0.0, 0

    def add(self, minutes: Iterable[MinuteTally]) -> None:
        """Count minutes, each once."""
        for minute in minutes:
            self._first, self._last = min(self._first, minute.start), max(self._last, minute.start + 60.0)
            self._count += minute.count

    @property
    def daily(self) -> float:
        """Return mentions a day; what is known for less than half an hour counts as half an hour."""
        return self._count * DAY / max(self._last - self._first, LEAST) if self._count else 0.0


def _place(figure: float) -> int:
    return int(10 * log10(1.0 + max(figure, 0.0)))
