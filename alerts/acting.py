"""Acting: what a decision comes to in the store and on walls, and taking over what is stored."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from uuid import uuid4

import structlog
from anyio import to_thread
from msgspec.structs import replace

from alerts.duty import Duty
from alerts.evaluate import Decision, Watch
from alerts.evidence import BEFORE
from alerts.explaining import tellers
from alerts.level import other_level
from alerts.telling import Telling, tell
from app.crisis import open_incident, resolve_incident, update_incident
from app.domain.actor import Actor
from app.domain.brand import Brand
from app.domain.incident import Incident
from app.errors import Conflict, NotFound
from app.service import Context

MINUTE, HOUR = 60.0, 3600.0

log = structlog.get_logger()


class Acting:
    """Does what watches decide, for brands this service is on duty for."""

    def __init__(self, context: Context, duty: Duty, actor: Actor) -> None:
        self._context, self._duty, self._actor = context, duty, actor
        self.tellers = tellers(context)

    async def act(self, watch: Watch, brand: Brand, decision: Decision, at: float) -> None:
        """Do what was decided; if somebody else opened or resolved it meanwhile, take that over."""
        try:
            await self._act(watch, brand, decision, at)
        except (Conflict, NotFound) as error:
            log.info("incident changed elsewhere", reason=str(error), brand=watch.brand)
            await self.resume([watch])

    async def _act(self, watch: Watch, brand: Brand, decision: Decision, at: float) -> None:
        store, bus, incident = self._context.store, self._context.bus, watch.incident
        told = incident or Incident(uuid4().hex[:12], watch.brand, at, "firing", "warning", ())
        if decision.action != "resolve":
            told = await self.describe(told, watch, brand, decision, at)
        if not await self._duty.confirm(watch.brand):
            return  # we were held up, and another service acts by now
        if decision.action == "resolve" and incident is not None:
            watch.resume(None, await resolve_incident(store, bus, self._actor, incident, at))
        elif incident is None:
            watch.incident = await open_incident(store, bus, self._actor, told, at)
        else:
            watch.incident = await update_incident(store, bus, self._actor, told, at)
        log.info("incident", verb=decision.action, brand=watch.brand, severity=decision.severity, peak=decision.peak)

    async def follow(self, watch: Watch, brand: Brand, at: float, *, heard: bool) -> None:
        """Tell an open incident anew if its level is another by now: a storm that calms down raises nothing itself."""
        incident = watch.incident
        if incident is None or at - incident.updated_at < MINUTE:
            return
        snapshot = await self._context.bus.snapshot([brand.id], min(incident.since, at - HOUR))
        if other_level(incident, snapshot, watch.usual(at), at):
            await self.act(watch, brand, watch.again(at, heard=heard), at)

    async def describe(self, incident: Incident, watch: Watch, brand: Brand, decision: Decision, at: float) -> Incident:
        """Return the incident with the signals of a decision and all that tellers find out."""
        figures = decision.figures
        if figures is None:
            return incident
        snapshot = await self._context.bus.snapshot([brand.id], figures.since - BEFORE)
        raised = {signal.detector: signal for signal in incident.signals}
        told = (one for one in decision.signals if one.alarm or (decision.again and one.detector in raised))
        raised |= {signal.detector: signal for signal in told}
        begun = replace(
            incident,
            severity=decision.severity,
            signals=tuple(raised.values()),
            peak=decision.peak,
            since=figures.since,
            demo=brand.demo or watch.demo(),
        )
        return await tell(
            begun, Telling(brand, watch.brand, decision, figures, snapshot, at, watch.detectors), self.tellers
        )

    async def resume(self, watches: Collection[Watch]) -> None:
        """Have watches go on from their incidents as they are stored."""
        brands = {watch.brand for watch in watches}

        def read() -> tuple[list[Incident], dict[str, Incident | None]]:
            with self._context.store.reading() as tx:
                ended = {brand: tx.incidents.find("resolved", brand, limit=1).items for brand in brands}
                return tx.incidents.open(), {brand: items[0] if items else None for brand, items in ended.items()}

        alive, ended = await to_thread.run_sync(read)
        for watch in watches:
            watch.resume(next((one for one in alive if one.brand == watch.brand), None), ended[watch.brand])
        for incident in alive:
            if incident.brand in brands:
                await self._context.bus.show_incident(incident)

    async def refresh(self, watches: Mapping[str, Watch], held: Iterable[str]) -> None:
        """Bring walls and watches up to what is stored: a name may have been wiped, a state changed."""
        bus, held = self._context.bus, set(held)
        shown = {one.id: one for one in await bus.incidents() if one.brand in held}

        def read() -> list[Incident]:
            with self._context.store.reading() as tx:
                alive = [one for one in tx.incidents.open() if one.brand in held]
                for incident in shown.keys() - {one.id for one in alive}:
                    with suppress(NotFound):
                        alive.append(tx.incidents.get(incident))
            return alive

        for kept in await to_thread.run_sync(read):
            if kept != shown.get(kept.id):
                await bus.show_incident(kept)
            watch = watches[kept.brand]
            if watch.incident is not None and watch.incident.id == kept.id:
                watch.incident = kept
                if not kept.alive:
                    watch.resume(None, kept)
