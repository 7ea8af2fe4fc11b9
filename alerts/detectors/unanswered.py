"""A critical post waits too long for an answer of ours."""

from collections.abc import Iterable
from math import log2

from alerts.detector import Scope
from alerts.watching.posts import Attentive
from app.domain.incident import Signal
from app.domain.post import Post

SPAN = 86_400.0
"""Seconds after which nobody waits for an answer any more: what was not answered in a day is for the list of them."""
LATE = 4.0
"""Risk of a post whose answer is just late; one more for each time it has waited twice as long."""
WORST = 6.5


class UnansweredDetector(Attentive):
    """Raises when a critical post with reach waits longer for an answer than is stated for its reach."""

    name = "unanswered"
    scopes: tuple[Scope, ...] = ("brand",)
    alone = True

    def __init__(self, brand: str, zone: str) -> None:
        super().__init__(brand, zone)
        self._posts: dict[str, Post] = {}

    def hear(self, posts: Iterable[Post]) -> None:
        """Take in posts; one that is answered waits no longer."""
        for post in posts:
            if post.due_at is None:
                self._posts.pop(post.key, None)
            else:
                self._posts[post.key] = post

    def judge(self, at: float) -> Signal:
        """Judge the post that is overdue most; its figures are seconds of waiting and how many are allowed."""
        for key in [key for key, post in self._posts.items() if post.at <= at - SPAN]:
            del self._posts[key]
        late = [(_times(post, at), post) for post in self._posts.values() if post.due_at and post.due_at <= at]
        times, post = max(late, key=lambda one: one[0], default=(0.0, None))
        if post is None or post.due_at is None:
            return self.nothing(at, SPAN)
        allowed = post.due_at - post.at
        risk = min(LATE + log2(times), WORST)
        waited, alarm = at - post.at, True
        return Signal(self.name, self._brand, at, alarm, waited, allowed, 0.0, allowed, risk, int(waited))

    def told(self, signal: Signal, language: str) -> str:
        """Return what it saw as a sentence."""
        waited, allowed = (round(seconds / 60) for seconds in (signal.actual, signal.expected))
        if language == "de":
            return (
                f"Ein kritischer Beitrag wartet seit {waited} Minuten auf eine Antwort; bei seiner Reichweite "
                f"sollen es höchstens {allowed} sein."
            )
        return (
            f"A critical post has been waiting for an answer for {waited} minutes; with its reach it should be "
            f"{allowed} at most."
        )


def _times(post: Post, at: float) -> float:
    """Return how many times the allowed time a post has waited."""
    return (at - post.at) / max((post.due_at or at) - post.at, 1.0)
