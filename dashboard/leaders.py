"""Who moves the brands, for the walls: kept up in the background, never on the way of a frame."""

import time
from collections.abc import Callable

import structlog
from anyio import to_thread

from app.domain.brand import Brand
from app.errors import Unavailable
from app.leading import HOUR, TOGETHER, Influencer, leading
from app.service import Context
from dashboard.feed import Feed

WINDOW = 6 * HOUR
"""Seconds of conversation that a wall speaks of."""
EVERY = 5.0
"""Seconds between two looks at the same brand."""
LOOK = 1.0
AT_REST = 9.0
"""Times as long as a look took that nothing is looked at: a tenth of a core at most, however much is said."""
LONGEST_REST = 60.0
MOST = 20
"""Brands that are looked at in a round: those of which most is said."""
SHOWN = 8

log = structlog.get_logger()


class Leaders:
    """Keeps who leads the conversations of the brands of which something is said, while anybody `watches`."""

    def __init__(self, context: Context, feed: Feed, watched: Callable[[], bool]) -> None:
        self._clock = context.clock
        self._leading = leading(context.store, context.clock)
        self._feed = feed
        self._watched = watched
        self._looked: dict[str, float] = {}

    async def run(self) -> None:
        """Look for ever."""
        while True:
            began = time.monotonic()
            await self.look()
            await self._clock.sleep(max(LOOK, min(LONGEST_REST, AT_REST * (time.monotonic() - began))))

    async def look(self) -> None:
        """Look at the brands that are due; when nobody watches, or the archive is away, nobody is said to lead."""
        if not self._watched():
            self._looked.clear()
            self._feed.tell_leaders({})
            return
        for brand in self._due():
            self._looked[brand.id] = self._clock.now()
            try:
                found = await to_thread.run_sync(self._look_at, brand)
            except Unavailable as reason:
                log.info("leaders unknown", brand=brand.id, reason=str(reason))
                found = None
            known = {name: one for name, one in self._feed.around.leaders.items() if name in self._feed.state.brands}
            known.pop(brand.id, None)
            self._feed.tell_leaders(known | ({} if found is None else {brand.id: found}))

    def _look_at(self, brand: Brand) -> tuple[Influencer, ...] | None:
        """Return who leads, None as long as not everything is read; that people call us is no news to us."""
        if not self._leading.look(brand, 3 * TOGETHER):
            return None
        found = self._leading.known(brand, WINDOW, limit=SHOWN + 4 * len(brand.accounts))
        return tuple(one for one in found if not one.ours)[:SHOWN]

    def _due(self) -> list[Brand]:
        now, states = self._clock.now(), self._feed.state.brands
        said = {brand.id: states[brand.id].count(now) for brand in self._feed.around.brands if brand.id in states}
        loud = sorted((one for one in self._feed.around.brands if said.get(one.id)), key=lambda one: -said[one.id])
        return [one for one in loud[:MOST] if abs(now - self._looked.get(one.id, 0.0)) >= EVERY]
