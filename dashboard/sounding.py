"""What stands out, for the walls: read from the archive every few seconds, never on the way of a frame."""

from collections.abc import Callable
from functools import partial

import structlog
from anyio import to_thread

from app.domain.brand import Brand
from app.domain.repertoire import HOUR
from app.errors import Unavailable
from app.service import Context
from app.topics import Found, Topics
from dashboard.feed import Feed

EVERY = 15.0
"""Seconds between two looks at the same brand."""
LOOK = 1.0
MOST = 20
"""Brands that are looked at in a round: those of which most is said."""
SHOWN = 12
"""Topics of a brand that are kept: enough for any panel, whatever is masked."""

log = structlog.get_logger()


class Sounding:
    """Keeps the topics of the brands of which something is said, while anybody `watches`."""

    def __init__(self, context: Context, feed: Feed, watched: Callable[[], bool]) -> None:
        self._clock = context.clock
        self._topics = Topics(context.store, context.clock)
        self._feed = feed
        self._watched = watched
        self._looked: dict[str, float] = {}

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK)

    async def look(self) -> None:
        """Look at the brands that are due; when nobody watches, nothing is known."""
        if not self._watched():
            self._looked.clear()
            self._feed.tell_topics({})
            return
        for brand in self._due():
            until = self._clock.now()
            self._looked[brand.id] = until
            try:
                found = await to_thread.run_sync(partial(self._topics.read, brand, until - HOUR, until, limit=SHOWN))
            except Unavailable as reason:
                log.info("topics unknown", brand=brand.id, reason=str(reason))
                found = Found()
            self._feed.tell_topics(self._feed.around.topics | {brand.id: found})

    def _due(self) -> list[Brand]:
        now, states = self._clock.now(), self._feed.state.brands
        said = {brand.id: states[brand.id].count(now) for brand in self._feed.around.brands if brand.id in states}
        loud = sorted((one for one in self._feed.around.brands if said.get(one.id)), key=lambda one: -said[one.id])
        return [one for one in loud[:MOST] if abs(now - self._looked.get(one.id, 0.0)) >= EVERY]
