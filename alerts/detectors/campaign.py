"""A campaign of ours turns against us: people use its words to complain."""

from alerts.detector import Scope
from alerts.detectors.sentiment import SentimentDetector
from app.domain.incident import Signal


class CampaignDetector(SentimentDetector):
    """Raises when much of what is said with a campaign's words is negative, and more than it used to be."""

    name = "campaign"
    scopes: tuple[Scope, ...] = ("campaign",)
    alone = True
    fewest = 12
    least = 6.0
    share = 0.4
    raises = 4.0

    def told(self, signal: Signal, language: str) -> str:
        """Return what it saw as a sentence."""
        if language == "de":
            return (
                f"Die Kampagne kippt: {signal.actual:.0f} negative Erwähnungen in {signal.window // 60} Minuten, "
                f"üblich wären {signal.expected:.0f}."
            )
        return (
            f"The campaign is turned against us: {signal.actual:.0f} negative mentions in {signal.window // 60} "
            f"minutes, {signal.expected:.0f} would be usual."
        )
