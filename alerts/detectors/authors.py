"""More people speak than usual: a burst by few hands is none."""

from alerts.detection.surge import Limits, Surge
from app.domain.tally import MinuteTally


def _authors(minute: MinuteTally) -> float:
    """Return how many spoke; where nobody counted them, how often was spoken, which is more."""
    return minute.authors or minute.count


class AuthorsDetector(Surge):
    """Raises when far more people than usual speak of a brand; adds up who spoke minute by minute."""

    name = "authors"
    limits = Limits(least=15.0)
    measure = staticmethod(_authors)
