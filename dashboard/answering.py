"""What makes cards urgent, for the walls: read from the archive every few seconds, never on the way of a frame."""

from collections.abc import Callable, Sequence

import structlog
from anyio import to_thread

from app.domain.analysis import AnalysedMention
from app.errors import Unavailable
from app.service import Context
from dashboard.feed import Feed
from dashboard.urgency import Urgency
from dashboard.weighing import Weighing

LOOK = 5.0
"""Seconds between two looks: so long an answer of ours may be missing on a card."""
MOST = 600
"""Cards that are looked at in a round."""

log = structlog.get_logger(__name__)


class Answering:
    """Keeps what is known around the mentions that lie on the table, while anybody `watches`."""

    def __init__(self, context: Context, feed: Feed, watched: Callable[[], bool]) -> None:
        self._context = context
        self._weighing = Weighing(context, self._led)
        self._feed = feed
        self._watched = watched

    async def run(self) -> None:
        """Look for ever."""
        while True:
            if self._watched():
                await self.look()
            await self._context.clock.sleep(LOOK)

    async def look(self) -> None:
        """Look at all cards once; while the archive is away, what was known stays."""
        cards = {one.mention.key: one for state in self._feed.state.brands.values() for one in state.cards.shown}
        try:
            self._feed.tell_urgency(await to_thread.run_sync(self._look_at, list(cards.values())[:MOST]))
        except Unavailable as reason:
            log.info("answers unknown", reason=str(reason))

    def _led(self, brand: str) -> dict[str, float]:
        leaders = self._feed.around.leaders.get(brand, ())
        return {one.key: one.score.total for one in leaders if one.score.following}

    def _look_at(self, cards: Sequence[AnalysedMention]) -> Urgency:
        with self._context.store.reading() as tx:
            return self._weighing.urgency(self._weighing.known(tx, cards))
