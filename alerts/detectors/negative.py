"""More negative mentions than usual."""

from alerts.surge import Limits, Surge
from app.domain.tally import MinuteTally


class NegativeDetector(Surge):
    """Raises when a brand is mentioned negatively far more often than usual at this hour of the week."""

    name = "negative"
    limits = Limits(least=10.0)

    def measure(self, minute: MinuteTally) -> float:
        """Return the negative mentions of a minute."""
        return minute.negative
