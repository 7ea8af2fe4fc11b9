"""The cards of the newest mentions: a calm choice out of a stream that may be too fast to read."""

from collections.abc import Mapping, Sequence

from app.domain.analysis import AnalysedMention

PAUSE = 3.0
"""Seconds between two new cards; a wall is read, not watched."""

HELD = 6
"""Cards kept; a scene shows as many as fit."""


class Cards:
    """At most one new card per `PAUSE`; the rest is only counted."""

    def __init__(self) -> None:
        self.shown: tuple[AnalysedMention, ...] = ()
        self._dealt_at: float | None = None

    def deal(self, newest: Sequence[AnalysedMention], at: float) -> None:
        """Put the newest mention on the table if the pause is over; the first deal fills the table."""
        if self._dealt_at is None:
            self.shown = tuple(newest[:HELD])
            self._dealt_at = at if newest else None
            return
        keys = {one.mention.key for one in self.shown}
        latest = self.shown[0].mention.published_at if self.shown else float("-inf")
        if newest and newest[0].mention.key not in keys and at - self._dealt_at >= PAUSE:
            if newest[0].mention.published_at < latest:
                return
            self.shown = (newest[0], *self.shown)[:HELD]
            self._dealt_at = at

    def replace(self, heard: Mapping[str, AnalysedMention], away: set[str]) -> None:
        """Show edits in their new words and take away what is gone, at once."""
        self.shown = tuple(heard.get(one.mention.key, one) for one in self.shown if one.mention.key not in away)

    def forget(self, alive: set[str]) -> None:
        """Start the table again from a snapshot; what it does not hold may have been deleted unseen."""
        self.shown = tuple(one for one in self.shown if one.mention.key in alive)
        if not self.shown:
            self._dealt_at = None
