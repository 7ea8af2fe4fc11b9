"""Farewell to brands and topics that are watched no longer: their incidents end, and nobody is on duty for them."""

from collections.abc import Collection
from contextlib import suppress

from anyio import to_thread

from alerts.duty import Duty
from alerts.watching.scopes import watched
from app.crisis import resolve_incident
from app.domain.actor import Actor
from app.domain.incident import Incident
from app.errors import Conflict, NotFound
from app.metrics import INCIDENTS_OPEN
from app.service import Context


async def dismiss(context: Context, duty: Duty, actor: Actor, brands: Collection[str]) -> None:
    """Resolve what is open of other brands than these, or of topics that are gone, and give the duty for them up.

    Where another service is on duty, that does it. Drills end by themselves.
    """
    scopes = watched(context.config)

    def read() -> list[Incident]:
        with context.store.reading() as tx:
            alive = [one for one in tx.incidents.open() if one.drill is None]
        return [one for one in alive if one.brand not in brands or one.scope not in scopes]

    for incident in await to_thread.run_sync(read):
        if await duty.confirm(incident.brand):
            with suppress(Conflict, NotFound):
                await resolve_incident(context.store, context.bus, actor, incident, context.clock.now(), "unwatched")
    for brand in duty.held.difference(brands):
        INCIDENTS_OPEN.labels(brand).set(0)
        await duty.drop(brand)
