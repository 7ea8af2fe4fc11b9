"""Lead authors of an incident: whom the talk has followed since the onset, else who has the largest reach."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import anyio
import structlog
from anyio import to_thread

from alerts.explanation.evidence import LEADERS, lead_authors
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.domain.explanation import Lead
from app.errors import Unavailable
from app.leading import Influencer, Leading
from app.service import Context

MOST = 2_000
"""Mentions since the onset that are looked at, the latest: an alarm must not wait for more."""
LED, WEIGHED = 5, 50
"""Lead authors an explanation keeps, and those whose influence is taken for that of all."""
PATIENCE = 3.0
"""Seconds an alarm waits for it."""

log = structlog.get_logger()


class Led(NamedTuple):
    """Names of the lead authors, and what the archive knows of them; of the tallies only names are known."""

    names: tuple[str, ...] = ()
    leads: tuple[Lead, ...] = ()


async def leaders_of(
    context: Context, snapshot: Snapshot, brand: Brand, since: float, known: tuple[str, ...] = ()
) -> Led:
    """Return the lead authors, the first first; our own accounts are none.

    Where the archive has nothing yet, or does not answer in time, those of the tallies by reach; where they have
    nobody either, those `known` before.
    """
    now = context.clock.now()
    window = max(now - since, 60.0)
    archive = Leading(context.store, context.clock, window, MOST)
    found: list[Influencer] = []
    try:
        with anyio.move_on_after(PATIENCE):
            look = partial(archive.found, brand, window, limit=WEIGHED + len(brand.accounts))
            found = await to_thread.run_sync(look, abandon_on_cancel=True)
    except Unavailable as reason:
        log.info("leaders by reach", reason=str(reason), brand=brand.id)
    others = [one for one in found if not one.ours]
    names = tuple(dict.fromkeys(one.profile.name for one in others))[:LEADERS]
    return Led(names or lead_authors(snapshot, brand, since) or known, _leads(others))


def _leads(found: Sequence[Influencer]) -> tuple[Lead, ...]:
    """Return the first of them with their share of the influence of all."""
    whole = sum(one.score.total for one in found)
    return tuple(
        Lead(one.key, round(one.score.total / whole, 4) if whole else 0.0, one.reach, one.mentions, one.example)
        for one in found[:LED]
    )
