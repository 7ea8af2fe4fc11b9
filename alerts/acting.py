"""Acting: what a decision comes to in the store and on walls, and taking over what is stored."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from uuid import uuid4

import structlog
from anyio import to_thread
from msgspec.structs import replace

from alerts.duty import Duty
from alerts.explanation.evidence import BEFORE
from alerts.explanation.level import other_level
from alerts.explanation.tellers import tellers
from alerts.explanation.telling import Telling, tell
from alerts.watching.watch import Decision, Watch
from app.crisis import join_incident, lapse, open_incident, resolve_incident, update_incident
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
        self._drill = context.drill.id if context.drill else None

    async def act(self, watch: Watch, brand: Brand, decision: Decision, at: float) -> None:
        """Do what was decided; if somebody else opened or resolved it meanwhile, take that over."""
        try:
            await self._act(watch, brand, decision, at)
        except (Conflict, NotFound) as error:
            log.info("incident changed elsewhere", reason=str(error), brand=watch.brand)
            await self.resume([watch])

    async def _act(self, watch: Watch, brand: Brand, decision: Decision, at: float) -> None:
        store, bus, incident = self._context.store, self._context.bus, watch.incident
        if incident is None and watch.topic is not None and await self._join(watch, brand, decision, at):
            return
        told = incident or Incident(
            uuid4().hex[:12], brand.id, at, "firing", "warning", (), topic=watch.topic, drill=self._drill
        )
        if incident is not None:
            told = await to_thread.run_sync(self._stored, incident.id)  # a name may have been wiped this minute
        if decision.action != "resolve":
            told = await self.describe(told, watch, brand, decision, at)
        if not await self._duty.confirm(brand.id):
            return  # we were held up, and another service acts by now
        if decision.action == "resolve" and incident is not None:
            watch.resume(None, await resolve_incident(store, bus, self._actor, incident, at))
        elif incident is None:
            watch.incident = await open_incident(store, bus, self._actor, told, at)
        else:
            watch.incident = await update_incident(store, bus, self._actor, told, at)
        log.info("incident", verb=decision.action, brand=brand.id, severity=decision.severity, peak=decision.peak)

    def _stored(self, incident_id: str) -> Incident:
        with self._context.store.reading() as tx:
            return tx.incidents.get(incident_id)

    async def _join(self, watch: Watch, brand: Brand, decision: Decision, at: float) -> bool:
        """Fold what raises on a topic into the incident of the whole brand; return False if there is none."""

        def whole() -> Incident | None:
            with self._context.store.reading() as tx:
                return next(
                    (one for one in tx.incidents.open(brand.id) if self._watched(one) == (brand.id, None)), None
                )

        kept = await to_thread.run_sync(whole)
        if kept is None:
            return False
        raised = [signal for signal in decision.signals if signal.alarm]
        if await self._duty.confirm(brand.id):
            store, bus = self._context.store, self._context.bus
            await join_incident(store, bus, self._actor, kept.id, raised, at, severity=decision.severity)
            log.debug("joined", brand=brand.id, topic=watch.topic, incident=kept.id)
        return True

    async def follow(self, watch: Watch, brand: Brand, at: float, *, heard: bool) -> None:
        """Tell an open incident anew if its level is another by now: a storm that calms down raises nothing itself."""
        incident = watch.incident
        if incident is None or at - incident.updated_at < MINUTE:
            return
        snapshot = await self._context.bus.snapshot([watch.scope], min(incident.since, at - HOUR))
        if other_level(incident, snapshot, watch.usual(at), at):
            await self.act(watch, brand, watch.again(at, heard=heard), at)

    async def describe(self, incident: Incident, watch: Watch, brand: Brand, decision: Decision, at: float) -> Incident:
        """Return the incident with the signals of a decision and all that tellers find out."""
        figures = decision.figures
        if figures is None:
            return incident
        snapshot = await self._context.bus.snapshot(sorted({brand.id, watch.scope}), figures.since - BEFORE)
        raised = {(signal.brand, signal.detector): signal for signal in incident.signals}
        said = {(signal.brand, signal.detector): signal for signal in decision.signals}
        raised |= {key: one for key, one in said.items() if one.alarm or (decision.again and key in raised)}
        begun = replace(
            incident,
            severity=decision.severity,
            signals=tuple(raised.values()),
            peak=decision.peak,
            since=figures.since,
            demo=brand.demo or watch.demo(),
        )
        telling = Telling(brand, watch.scope, decision, figures, snapshot, at, watch.detectors, watch.bars)
        return await tell(begun, telling, self.tellers)

    async def resume(self, watches: Collection[Watch]) -> None:
        """Have watches go on from their incidents as they are stored."""
        wanted = [(watch.brand, watch.topic) for watch in watches]

        def read() -> tuple[list[Incident], list[Incident | None]]:
            with self._context.store.reading() as tx:
                return tx.incidents.open(), [tx.incidents.ended(*one) for one in wanted]

        alive, ended = await to_thread.run_sync(read)
        for watch, one, last in zip(watches, wanted, ended, strict=True):
            watch.resume(next((kept for kept in alive if self._watched(kept) == one), None), last)
        for kept in alive:
            if self._watched(kept) in wanted:
                await self._context.bus.show_incident(kept)

    async def refresh(self, watches: Mapping[str, Watch], held: Iterable[str]) -> None:
        """Bring walls and watches up to what is stored: a name was wiped, a state changed, a silence is over."""
        bus, held, now = self._context.bus, set(held), self._context.clock.now()
        shown = {one.id: one for one in await bus.incidents() if one.brand in held}

        def read() -> list[Incident]:
            with self._context.store.reading() as tx:
                alive = [one for one in tx.incidents.open() if one.brand in held]
                for incident in shown.keys() - {one.id for one in alive}:
                    with suppress(NotFound):
                        alive.append(tx.incidents.get(incident))
            return alive

        by_scope = {(watch.brand, watch.topic): watch for watch in watches.values()}
        for stored in await to_thread.run_sync(read):
            over = stored.alive and stored.silence is not None and not stored.quiet(now)
            kept = await lapse(self._context.store, bus, self._actor, stored, now) if over else stored
            if kept != shown.get(kept.id):
                await bus.show_incident(kept)
            watch = by_scope.get(self._watched(kept))
            if watch is not None and watch.incident is not None and watch.incident.id == kept.id:
                watch.incident = kept
                if not kept.alive:
                    watch.resume(None, kept)

    def _watched(self, incident: Incident) -> tuple[str, str | None]:
        """Return the brand and topic whose watch an incident belongs to; none where it is real and we drill, or not."""
        return (incident.brand, incident.topic) if incident.drill == self._drill else ("", None)
