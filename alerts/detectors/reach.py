"""Negative mentions weighed by how many people could see them."""

from collections.abc import Iterable

from alerts.detection.surge import Limits, Surge
from alerts.detector import Scope
from alerts.watching.memory import shared
from app.domain.tally import MinuteTally

UNIT = 1_000.0
"""People a negative mention has to reach to count one more."""
MOST = 10.0
"""What one minute counts for each of its negative mentions at most: a single loud one is for the critic to tell."""


def weighed(minute: MinuteTally) -> float:
    """Return the negative mentions of a minute, each counted more the more people it reaches."""
    return min(minute.negative + minute.negative_reach / UNIT, MOST * minute.negative)


class ReachDetector(Surge):
    """Raises when far more people than usual could see negative mentions of a brand."""

    name = "reach"
    scopes: tuple[Scope, ...] = ("brand",)
    limits = Limits(least=15.0)
    measure = staticmethod(weighed)

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Take in past minutes; the archive knows the reach of all mentions only."""
        super().learn(map(shared, history))
