"""What drives an incident, in words: its topics by the archive, else its terms by the tallies."""

from functools import partial

import structlog
from anyio import to_thread

from alerts.explanation.evidence import driver_terms
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.domain.explanation import Driver
from app.domain.repertoire import HOUR
from app.domain.topics import DRIVES
from app.errors import Unavailable
from app.service import Context
from app.topics import Topics

LONGEST = 6 * HOUR
"""Seconds of an incident that are looked at: what is said in its seventh hour is what it is about by then."""
SHOWN = 3

log = structlog.get_logger()


class Drivers:
    """Finds what drives incidents; reads the archive in a thread."""

    def __init__(self, context: Context) -> None:
        self._clock = context.clock
        self._topics = Topics(context.store, context.clock)

    async def of(self, snapshot: Snapshot, brand: Brand, since: float) -> tuple[Driver, ...]:
        """Return up to three topics since the onset, strongest first, as people write them; no name of an author.

        Terms of the tallies where the archive is away or behind, or knows too little of what is usual.
        """
        until = self._clock.now()
        read = partial(self._topics.read, brand, max(since, until - LONGEST), until)
        try:
            found = await to_thread.run_sync(read)
        except Unavailable as reason:
            log.info("drivers by tallies", brand=brand.id, reason=str(reason))
        else:
            standing_out = [one for one in found.topics if one.score >= DRIVES and not one.named]
            if found.enough and standing_out:
                return tuple(Driver(one.term, one.mentions, round(one.score, 2)) for one in standing_out[:SHOWN])
        return driver_terms(snapshot, brand, since)
