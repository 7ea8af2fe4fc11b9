"""The alerts service: steps the detectors on what analysis settled and keeps one incident per brand."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import msgspec
import structlog

from alerts.evaluate import STEP, Decision, Watch
from alerts.evidence import BEFORE, driver_terms, lead_authors
from alerts.hearing import heard
from alerts.wording import reason
from app.bus.port import Snapshot
from app.crisis import open_incident, resolve_incident, update_incident
from app.domain.actor import system
from app.domain.brand import Brand
from app.domain.incident import Incident
from app.domain.mention import Heartbeat
from app.domain.source import SourceState
from app.domain.tally import MinuteTally, minutes
from app.errors import Conflict, NotFound, Unavailable
from app.metrics import INCIDENTS_OPEN
from app.registry import load_all
from app.service import Context

GROUP = "alerts"
CONSUMER = "alerts"
PAST = 21 * 86_400
"""Seconds of history a baseline is made from."""
RECENT = 3 * 3600
"""Seconds the bus knows better than the archive, which may be behind."""
FRESH = 60.0
"""Seconds the watermark may be behind the clock while we still know how the sources were at that instant."""
THIN = 86_400.0
"""Seconds of history below which the archive is asked again: a source may have brought its past."""
PATIENCE = 300.0
RETRY = 1.0
SET_BACK = 120.0
"""Seconds a heartbeat may lie before an earlier one: more means that the clock was set back."""

log = structlog.get_logger()


class AlertsService:
    """Consumes `analysed:{p}` in the group `alerts`; one instance judges all brands."""

    name = "alerts"

    def __init__(self, context: Context) -> None:
        self._context = context
        self._bus = context.bus
        self._zone = context.config.site.zone
        self._actor = system(self.name)
        self._brands = {brand.id: brand for brand in context.config.brands}
        self._watches = {brand: self._watch(brand) for brand in self._brands}
        self._beats: dict[int, float] = {}
        self._stepped = 0.0
        self._published = 0.0
        self._asked = 0.0
        self._since = context.clock.now()

    async def run(self) -> None:
        """Learn, catch up with the bus, then judge every ten seconds of data time until cancelled."""
        behind = True
        while True:
            try:
                if behind:
                    await self.begin()
                    behind = False
                    self._context.ready.set()
                await self.work()
            except Unavailable as error:
                log.warning("alerts wait", reason=str(error))
                behind = True
                await self._context.clock.sleep(RETRY)

    async def begin(self) -> None:
        """Take over the state of the bus, learn the past, read open incidents back, show what is usual."""
        snapshot = await self._settled()
        now = self._context.clock.now()
        at = min(snapshot.watermark or now, now)
        for brand, watch in self._watches.items():
            if not watch.basis:
                watch.learn(await self._history(brand, at, snapshot), until=at)
        await self._resume()
        self._stepped = 0.0
        await self._step(at)

    async def work(self, block_ms: int = 1000) -> None:
        """Read once from the stream, add up, judge whenever the watermark passed a step, acknowledge."""
        entries = await self._bus.read_analysed(GROUP, CONSUMER, block_ms=block_ms)
        for entry in entries:
            if entry.delta is not None:
                for watch in self._watches.values():
                    watch.add(entry.delta)
            if isinstance(entry.payload, Heartbeat):
                await self._beat(entry.partition, entry.payload.at)
        await self._bus.acknowledge(GROUP, entries)

    async def _beat(self, partition: int, at: float) -> None:
        newest = self._beats.get(partition, 0.0)
        if newest - at > SET_BACK:
            log.warning("the clock was set back", seconds=round(newest - at))
            newest = 0.0
        self._beats[partition] = max(at, newest)
        watermark = min(self._beats.values())
        if not -SET_BACK <= watermark - self._stepped < STEP:
            await self._step(watermark)

    async def _settled(self) -> Snapshot:
        """Return the state of the bus at an instant up to which the stream is consumed, so that nothing counts twice.

        The sequence numbers stay the same around the reading only if nothing was settled meanwhile.
        """
        recent = self._context.clock.now() - RECENT
        snapshot = await self._bus.snapshot(list(self._brands), recent)
        while True:
            while entries := await self._bus.read_analysed(GROUP, CONSUMER, block_ms=1):
                await self._bus.acknowledge(GROUP, entries)
            before, snapshot = snapshot, await self._bus.snapshot(list(self._brands), recent)
            if before.seq == snapshot.seq:
                break
        for watch in self._watches.values():
            watch.replace(snapshot.tally)
        self._beats.clear()
        return snapshot

    async def _history(self, brand: str, at: float, snapshot: Snapshot) -> Sequence[MinuteTally]:
        """Return the past minutes of a brand: from the archive, the last hours from the bus where it has more."""

        def read() -> list[MinuteTally]:
            with self._context.store.reading() as tx:
                return tx.tallies.read(brand, at - PAST, at)

        found = {minute.start: minute for minute in await asyncio.to_thread(read)}
        for start, minute in minutes(snapshot.tally, brand).items():
            if start not in found or minute.count > found[start].count:
                found[start] = minute
        return [found[start] for start in sorted(found)]

    async def _resume(self) -> None:
        def read() -> tuple[list[Incident], dict[str, Incident | None]]:
            with self._context.store.reading() as tx:
                ended = {brand: tx.incidents.find("resolved", brand, limit=1).items for brand in self._brands}
                return tx.incidents.open(), {brand: items[0] if items else None for brand, items in ended.items()}

        alive, ended = await asyncio.to_thread(read)
        for brand, watch in self._watches.items():
            watch.resume(next((one for one in alive if one.brand == brand), None), ended[brand])
            INCIDENTS_OPEN.labels(brand).set(watch.incident is not None)
        for incident in alive:
            await self._bus.show_incident(incident)

    async def _refresh(self) -> None:
        """Bring walls and watches up to what is stored: a name may have been wiped, a state changed."""
        shown = {one.id: one for one in await self._bus.incidents()}

        def read() -> list[Incident]:
            found = []
            with self._context.store.reading() as tx:
                for incident in shown:
                    with suppress(NotFound):
                        found.append(tx.incidents.get(incident))
            return found

        for kept in await asyncio.to_thread(read):
            if kept != shown[kept.id]:
                await self._bus.show_incident(kept)
            watch = self._watches.get(kept.brand)
            if watch is not None and watch.incident is not None and watch.incident.id == kept.id:
                watch.incident = kept
                if kept.state == "resolved":
                    watch.resume(None, kept)

    async def _step(self, at: float) -> None:
        states = {state.id: state for state in await self._bus.sources()}
        await self._learn_late(at)
        for brand, watch in self._watches.items():
            decision = watch.step(at, heard=self._heard(self._brands[brand], states, at))
            if decision.action is not None:
                await self._try(watch, decision, at)
        if not 0.0 <= at - self._published < 60.0:  # noqa: PLR2004 - the band moves by the minute
            self._published = at
            for watch in self._watches.values():
                await self._bus.show_usual(watch.usual(at))
            await self._refresh()
        self._stepped = at

    def _heard(self, brand: Brand, states: dict[str, SourceState], at: float) -> bool:
        now = self._context.clock.now()
        return now - at <= FRESH and heard(brand, self._context.config.sources, states, now)

    async def _learn_late(self, at: float) -> None:
        """Learn anew where a source has brought a past that was not there at the start."""
        pause = STEP if self._context.clock.now() - self._since <= PATIENCE else 10 * 60.0
        if 0.0 <= at - self._asked < pause:
            return
        self._asked = at
        for brand, watch in self._watches.items():
            if watch.basis >= THIN:
                continue
            snapshot = Snapshot({}, at, watch.tally, {}, {})
            history = await self._history(brand, at, snapshot)
            if history and history[0].start < watch.oldest - 3600:
                watch.learn(history, until=at)
                self._published = 0.0

    async def _try(self, watch: Watch, decision: Decision, at: float) -> None:
        """Do what was decided; if somebody else opened or resolved it meanwhile, take that over."""
        try:
            await self._act(watch, decision, at)
        except (Conflict, NotFound) as error:
            log.info("incident changed elsewhere", reason=str(error), brand=watch.brand)
            await self._resume()

    async def _act(self, watch: Watch, decision: Decision, at: float) -> None:
        store, incident = self._context.store, watch.incident
        if decision.action == "resolve" and incident is not None:
            resolved = await resolve_incident(store, self._bus, self._actor, incident, at)
            watch.resume(None, resolved)
        elif incident is None:
            made = await self._describe(Incident(_new_id(), watch.brand, at, "open", "warning", ()), watch, decision)
            watch.incident = await open_incident(store, self._bus, self._actor, made, at)
        else:
            told = await self._describe(incident, watch, decision)
            watch.incident = await update_incident(store, self._bus, self._actor, told, at)
        INCIDENTS_OPEN.labels(watch.brand).set(watch.incident is not None)
        log.info("incident", verb=decision.action, brand=watch.brand, severity=decision.severity, peak=decision.peak)

    async def _describe(self, incident: Incident, watch: Watch, decision: Decision) -> Incident:
        figures, brand = decision.figures, self._brands[watch.brand]
        if figures is None:
            return incident
        snapshot = await self._bus.snapshot([brand.id], figures.since - BEFORE)
        terms = driver_terms(snapshot, brand, figures.since) or incident.terms
        raised = {signal.detector: signal for signal in incident.signals}
        raised |= {signal.detector: signal for signal in decision.signals if signal.alarm}
        return msgspec.structs.replace(
            incident,
            severity=decision.severity,
            signals=tuple(raised.values()),
            terms=terms,
            authors=lead_authors(snapshot, brand, figures.since),
            peak=decision.peak,
            since=figures.since,
            demo=brand.demo or watch.demo(),
            reason=reason(figures, terms, self._zone),
        )

    def _watch(self, brand: str) -> Watch:
        kinds = load_all("detectors")
        return Watch(brand, lambda: [kind(brand, self._zone) for kind in kinds.values()], self._zone)


def _new_id() -> str:
    return uuid4().hex[:12]
