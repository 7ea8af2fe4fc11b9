"""What walls tell of open incidents beyond their figures: looked up in the background, never on the way of a frame."""

import time
from collections.abc import Callable

import structlog
from anyio import to_thread

from app.crisis.record import ticked
from app.domain.incident import Incident
from app.errors import NotFound, Unavailable
from app.explained import explained
from app.playbooks import to_do
from app.service import Context
from app.store.engine import Store, Transaction
from dashboard.brief import Brief
from dashboard.feed import Feed
from dashboard.i18n import LANGUAGES
from dashboard.room.plan import MINUTE, short
from dashboard.storm import began

LOOK = 2.0
"""Seconds between two looks at least."""
AT_REST = 9.0
"""Times as long as a look took that nothing is looked at: a tenth of a core at most."""
LONGEST_REST = 30.0
MOST = 12
"""Incidents looked at in a round, the latest first: no wall shows more."""

log = structlog.get_logger()


class Briefing:
    """Keeps briefs of the open incidents while anybody `watches`."""

    def __init__(self, context: Context, feed: Feed, watched: Callable[[], bool]) -> None:
        self._context = context
        self._feed = feed
        self._watched = watched

    async def run(self) -> None:
        """Look for ever."""
        while True:
            began = time.monotonic()
            await self.look()
            await self._context.clock.sleep(max(LOOK, min(LONGEST_REST, AT_REST * (time.monotonic() - began))))

    async def look(self) -> None:
        """Look at every open incident once; while the archive is away what is known stays, as long as it is open."""
        mine = self._feed.around.open_incidents()[:MOST] if self._watched() else ()
        known = self._feed.around.briefs
        told: dict[str, Brief] = {}
        for one in mine:
            try:
                told[one.id] = await to_thread.run_sync(brief, self._context.store, one)
            except Unavailable as reason:
                log.info("incident unknown", incident=one.id, reason=str(reason))
                told[one.id] = known.get(one.id, Brief())
        self._feed.tell_briefs(told)


def brief(store: Store, one: Incident) -> Brief:
    """Return what is known of an incident by now; reads the archive, never on the event loop."""
    told = {say: found for say in LANGUAGES if (found := explained(store, one, say)) is not None}
    with store.reading() as tx:
        done = ticked(tx.events.of(one.id))
        owner = _named(tx, one.owner)
    level = max(one.highest_level, one.level.value if one.level else 0)
    steps = {say: to_do(store, level, say) for say in LANGUAGES}
    upcoming = {say: next((step for step in found if step.id not in done), None) for say, found in steps.items()}
    here, following = steps[LANGUAGES[0]], upcoming[LANGUAGES[0]]
    within = following.within if following else None
    return Brief(
        told,
        owner,
        {say: short(step.text) for say, step in upcoming.items() if step is not None},
        None if within is None else began(one) + MINUTE * within,
        sum(step.id in done for step in here),
        len(here),
    )


def _named(tx: Transaction, owner: str | None) -> str:
    if owner is None:
        return ""
    try:
        return tx.people.get(owner).name
    except NotFound:
        return owner
