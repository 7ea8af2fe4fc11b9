"""One loud critic: a single critical post that very many people see, or that is taken up fast."""

from collections.abc import Iterable
from math import expm1, log10
from operator import attrgetter

from alerts.detector import Scope
from alerts.watching.posts import Attentive, Posts
from app.domain.incident import Signal
from app.domain.post import Post, audience

WINDOW = 3600.0
"""Seconds a critical post is news."""
LEAST = 10_000.0
"""People below which nobody is loud."""
FOLLOWED = 8
"""Answers and quotes from which a post is taken up fast, whoever wrote it."""
RAISES = 1.0
"""Risk from which it raises, and below which it counts for nothing: what comes on one day of ten."""
UNKNOWN, KNOWN = 1.3, 86_400.0
"""The same as long as it has listened for less than a day: nobody knows then what critics of this brand reach."""
PRESS = 0.1
"""Share of what an outlet reaches that is taken to see one of its articles: it is as large for every article."""
DAILY = 4.0
"""Critical posts a day that reach `LEAST` people, believed of an unknown brand; ten times as many people: a tenth."""


def heard(post: Post) -> float:
    """Return how many people a post is taken to reach beside others; an article is not seen by all of its outlet."""
    return audience(post) - (1.0 - PRESS) * post.reach if post.article else audience(post)


def _usual(people: float) -> float:
    return DAILY * min(LEAST / max(people, 1.0), 20.0)


class CriticDetector(Attentive):
    """Raises when a critical post reaches far more people than critical posts of this brand do."""

    name = "critic"
    scopes: tuple[Scope, ...] = ("brand",)
    alone = True

    def __init__(self, brand: str, zone: str) -> None:
        super().__init__(brand, zone)
        self._posts = Posts(WINDOW, heard, _usual)

    def hear(self, posts: Iterable[Post]) -> None:
        """Take in posts; only negative ones matter."""
        self._posts.hear(posts, attrgetter("negative"))

    def judge(self, at: float) -> Signal:
        """Judge the loudest critical post of the last hour; its figures are people reached."""
        loudest = max((heard(post) for post in self._loud(at)), default=0.0)
        basis = self._posts.basis
        if not loudest:
            return self.nothing(at, WINDOW, basis)
        risk = -log10(max(-expm1(-self._posts.rate(loudest)), 1e-12))
        alarm = risk >= (RAISES if basis >= KNOWN else UNKNOWN)
        usual = self._once(1.0)
        return Signal(
            self.name, self._brand, at, alarm, loudest, usual, 0.0, usual, risk if alarm else 0.0, int(WINDOW), basis
        )

    def told(self, signal: Signal, language: str) -> str:
        """Return what it saw as a sentence."""
        people = f"{signal.actual:,.0f}"
        if language == "de":
            return (
                f"Eine einzelne laute Kritik: ein negativer Beitrag erreicht etwa {people.replace(',', '.')} Menschen."
            )
        return f"One loud critic: a negative post reaches about {people} people."

    def _loud(self, at: float) -> list[Post]:
        return [post for post in self._posts.now(at) if heard(post) >= LEAST or post.followed >= FOLLOWED]

    def _once(self, daily: float) -> float:
        """Return the audience that so many critical posts a day reach, to a tenth of a decade."""
        place = next((tenth for tenth in range(80) if self._posts.rate(10.0 ** (tenth / 10)) < daily), 80)
        return float(10.0 ** (place / 10))
