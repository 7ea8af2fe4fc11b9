"""Several people tell of a fault at once: care should know before they call."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from alerts.detection.deviation import normal_risk, stabilised, usual_count
from alerts.detector import Scope
from alerts.watching.posts import Attentive, Posts, Said
from app.domain.incident import Signal
from app.domain.post import Post
from app.domain.tally import MinuteTally

WINDOW = 1800.0
"""Seconds in which reports of a fault belong together."""
LEAST = 5.0
"""People below which nobody speaks of a fault of ours."""
RAISES = 2.8
SPREAD = 0.2
"""Over-dispersion: reports of faults come in heaps."""
DAILY = 12.0
"""Reports a day believed of a brand nobody has heard of …"""
SHARE = 0.05
"""… and share of all that is said of it that is believed to be some, if that is more."""


class FaultDetector(Attentive):
    """Raises when more people than usual report that something does not work, however few they are among all."""

    name = "fault"
    scopes: tuple[Scope, ...] = ("brand",)
    alone = True

    def __init__(self, brand: str, zone: str) -> None:
        super().__init__(brand, zone)
        self._posts = Posts(WINDOW, lambda _: 0.0, lambda _: max(DAILY, SHARE * self._said.daily))
        self._said = Said()

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Learn from past minutes how much is said of the brand at all."""
        self._said.add(history)

    def step(self, at: float, recent: Sequence[MinuteTally]) -> Signal:
        """Judge an instant; as long as no past is known, by how much was said of late."""
        if not self._said.daily:
            self._said.add(recent)
        return self.judge(at)

    def hear(self, posts: Iterable[Post]) -> None:
        """Take in posts; only those that tell of a fault matter."""
        self._posts.hear(posts, attrgetter("fault"))

    def judge(self, at: float) -> Signal:
        """Judge the last half hour; its figures are people who report a fault."""
        people = float(len({post.author for post in self._posts.now(at)}))
        expected = self._posts.rate(0.0) * WINDOW / 86_400.0
        deviation = stabilised(people, expected, SPREAD) if people >= LEAST and people >= 2 * expected else 0.0
        risk = normal_risk(deviation) if deviation > 0 else 0.0
        low, high = (usual_count(expected, SPREAD, side) for side in (-1.96, 1.96))
        return Signal(
            self.name,
            self._brand,
            at,
            risk >= RAISES,
            people,
            expected,
            low,
            high,
            risk,
            int(WINDOW),
            self._posts.basis,
        )

    def told(self, signal: Signal, language: str) -> str:
        """Return what it saw as a sentence."""
        minutes = signal.window // 60
        if language == "de":
            usual = f"{signal.expected:.1f}".replace(".", ",")
            return f"{signal.actual:.0f} Menschen melden in {minutes} Minuten, dass etwas nicht geht; üblich: {usual}."
        return (
            f"{signal.actual:.0f} people report within {minutes} minutes that something does not work; "
            f"usual: {signal.expected:.1f}."
        )
