"""Lead authors of an incident: whom the talk has followed since the onset, else who has the largest reach."""

from functools import partial

import anyio
import structlog
from anyio import to_thread

from alerts.evidence import LEADERS, lead_authors
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.errors import Unavailable
from app.leading import Leading
from app.service import Context

MOST = 2_000
"""Mentions since the onset that are looked at, the latest: an alarm must not wait for more."""
PATIENCE = 3.0
"""Seconds an alarm waits for it."""

log = structlog.get_logger()


async def leaders_of(
    context: Context, snapshot: Snapshot, brand: Brand, since: float, known: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the names of the lead authors, the first first; our own accounts are none.

    Where the archive has nothing yet, or does not answer in time, those of the tallies by reach; where they have
    nobody either, those `known` before.
    """
    now = context.clock.now()
    window = max(now - since, 60.0)
    archive = Leading(context.store, context.clock, window, MOST)
    found = []
    try:
        with anyio.move_on_after(PATIENCE):
            look = partial(archive.found, brand, window, limit=LEADERS + len(brand.accounts))
            found = await to_thread.run_sync(look, abandon_on_cancel=True)
    except Unavailable as reason:
        log.info("leaders by reach", reason=str(reason), brand=brand.id)
    names = [one.profile.name for one in found if not one.ours]
    return tuple(dict.fromkeys(names))[:LEADERS] or lead_authors(snapshot, brand, since) or known
