"""The alerts service: steps the detectors on the tallies and keeps one incident per brand."""

from contextlib import suppress
from uuid import uuid4

import anyio
import msgspec
import structlog
from anyio import to_thread

from alerts.correcting import Corrected
from alerts.drivers import Drivers
from alerts.duty import Duty
from alerts.evaluate import KEPT, STEP, Decision, Watch
from alerts.evidence import BEFORE
from alerts.farewell import dismiss
from alerts.hearing import heard
from alerts.leaders import leaders_of
from alerts.learning import Learning, apart
from alerts.resonance import resonance_of
from alerts.sources import SourceWatch
from alerts.wording import reason
from app.crisis import open_incident, resolve_incident, update_incident
from app.domain.actor import system
from app.domain.brand import Brand
from app.domain.incident import Incident
from app.domain.source import SourceState
from app.errors import Conflict, NotFound, Unavailable
from app.metrics import INCIDENTS_OPEN
from app.service import Context

CHANGING = 300
"""Seconds whose minutes are read again at every step; all of them once a minute, as edits reach back."""
MINUTE = 60.0
FRESH = 60.0
"""Seconds the watermark may be behind the clock while we still know how the sources were at that instant."""
THIN = 86_400.0
"""Seconds of history below which the archive is asked again: a source may have brought its past."""
PATIENCE = 300.0
LOOK = 0.5
"""Seconds between two looks at the watermark."""
RETRY = 1.0

log = structlog.get_logger()


class AlertsService:
    """Watches all brands and acts for those it is on duty for; any number may run, on any machine.

    The tallies on the bus are the truth: nothing is added up here, so nothing can be missed or counted twice. Brands
    that others act for are watched all the same, so that whoever takes over knows what is usual.
    """

    name = "alerts"

    def __init__(self, context: Context) -> None:
        self._context = context
        self._bus = context.bus
        self._zone = context.config.site.zone
        self._actor = system(self.name)
        self._config = context.config
        self._brands = {brand.id: brand for brand in self._config.brands}
        self._watches: dict[str, Watch] = {}
        self._learning = Learning(context, self._zone)
        self._more = anyio.Event()
        """Set when there are other brands to learn."""
        self._orphans = True
        """Whether there may be incidents of brands that nobody watches any more."""
        self._duty = Duty(context.bus, self._brands, context.worker, context.clock)
        self._fresh: set[str] = set()
        """Brands that became ours and whose open incident is not known yet."""
        self._corrected = Corrected(context.bus)
        self._drivers = Drivers(context)
        self._stepped = self._published = self._asked = 0.0
        self._since = context.clock.now()

    async def run(self) -> None:
        """Learn, and judge every ten seconds of data time, until cancelled."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._learn_for_ever)
                group.start_soon(SourceWatch(self._context).run)
                group.start_soon(self._corrected.run)
                while True:
                    try:
                        await self.work()
                    except Unavailable as error:
                        log.warning("alerts wait", reason=str(error))
                        await self._context.clock.sleep(RETRY)
                    await self._context.clock.sleep(LOOK)
        finally:
            with suppress(Unavailable), anyio.move_on_after(1, shield=True):
                await self._duty.leave()

    async def begin(self) -> None:
        """Take up duty, learn the past of every brand, take open incidents over, and judge once."""
        await self._look()
        while await self.learn():
            pass
        await self.work()

    async def work(self) -> None:
        """See what is ours, and judge if the watermark has passed a step, or a brand is newly ours."""
        self._adopt()
        if self._orphans:
            await dismiss(self._context, self._duty, self._actor, self._brands)
            self._fresh &= self._duty.held
            self._orphans = False
        if self._duty.due():
            await self._look()
        now = self._context.clock.now()
        at = min(await self._bus.watermark() or now, now)  # a clock that was set back is behind the watermark
        self._context.ready.set()  # brands are learned meanwhile: one that is not yet is not judged
        if (self._fresh and self._fresh <= self._watches.keys()) or not 0.0 <= at - self._stepped < STEP:
            await self._step(at)
        await self._judge_again(at)

    async def _look(self) -> None:
        before = self._duty.held
        self._fresh |= await self._duty.look()
        self._fresh &= self._duty.held
        for brand in before - self._duty.held:
            INCIDENTS_OPEN.labels(brand).set(0)  # who acts for it now counts it

    def _adopt(self) -> None:
        """Watch the brands of the configuration in force; what is usual for those that stay is not forgotten."""
        if self._context.config is self._config:
            return
        self._config = self._context.config
        self._brands = {brand.id: brand for brand in self._config.brands}
        held = self._duty.held
        self._duty.follow(self._brands)
        self._fresh |= self._duty.held - held
        self._learning.forget(self._brands)
        self._watches = {brand: watch for brand, watch in self._watches.items() if brand in self._brands}
        self._orphans = True
        self._more.set()
        self._more = anyio.Event()

    async def learn(self) -> bool:
        """Learn the past of some more brands, those we act for first; return False if all are learned."""
        unknown = [brand for brand in self._brands if brand not in self._watches]
        if not unknown:
            return False
        learned = await self._learning.some(unknown, self._duty.held)
        self._watches |= {brand: watch for brand, watch in learned.items() if brand in self._brands}
        self._published = 0.0
        log.info("learned", brands=len(self._watches), of=len(self._brands))
        return True

    async def _learn_for_ever(self) -> None:
        while True:
            more = self._more
            try:
                if not await self.learn():
                    await more.wait()
            except Unavailable as error:
                log.warning("alerts wait", reason=str(error))
                await self._context.clock.sleep(RETRY)

    async def _resume(self, brands: set[str]) -> None:
        """Take over the incidents of brands as they are stored."""

        def read() -> tuple[list[Incident], dict[str, Incident | None]]:
            with self._context.store.reading() as tx:
                ended = {brand: tx.incidents.find("resolved", brand, limit=1).items for brand in brands}
                return tx.incidents.open(), {brand: items[0] if items else None for brand, items in ended.items()}

        alive, ended = await to_thread.run_sync(read)
        for brand in brands:
            self._watches[brand].resume(next((one for one in alive if one.brand == brand), None), ended[brand])
        for incident in alive:
            if incident.brand in brands:
                await self._bus.show_incident(incident)

    async def _refresh(self, held: set[str]) -> None:
        """Bring walls and watches up to what is stored: a name may have been wiped, a state changed."""
        shown = {one.id: one for one in await self._bus.incidents() if one.brand in held}

        def read() -> list[Incident]:
            found = []
            with self._context.store.reading() as tx:
                for incident in shown:
                    with suppress(NotFound):
                        found.append(tx.incidents.get(incident))
            return found

        for kept in await to_thread.run_sync(read):
            if kept != shown[kept.id]:
                await self._bus.show_incident(kept)
            watch = self._watches[kept.brand]
            if watch.incident is not None and watch.incident.id == kept.id:
                watch.incident = kept
                if kept.state == "resolved":
                    watch.resume(None, kept)

    async def _step(self, at: float) -> None:
        telling = not 0.0 <= at - self._published < MINUTE  # the band moves by the minute
        states = {state.id: state for state in await self._bus.sources()}
        now = max(at, self._context.clock.now())
        tally = await self._bus.minutes(list(self._watches), at - (KEPT if telling else CHANGING), now)
        held = self._duty.held & self._watches.keys()
        if fresh := self._fresh & held:
            await self._resume(fresh)
            self._fresh -= fresh
        for brand, part in apart(tally).items():
            if brand in self._watches:
                self._watches[brand].take(part)
        await self._learn_late(held, at)
        for brand, watch in list(self._watches.items()):
            decision = watch.step(at, heard=self._heard(self._brands[brand], states, at))
            if decision.action is not None and brand in held:
                await self._try(watch, decision, at)
            if brand in held:
                INCIDENTS_OPEN.labels(brand).set(watch.incident is not None)
        if telling:
            for brand in held:
                await self._bus.show_usual(self._watches[brand].usual(at))
            await self._refresh(held)
            self._published = at
        self._stepped = at

    async def _judge_again(self, at: float) -> None:
        """Bring open incidents up to what was corrected since the last look."""
        watched = ((brand, self._watches.get(brand)) for brand in self._corrected.take() & self._duty.held)
        watches = {brand: watch for brand, watch in watched if watch is not None and watch.incident is not None}
        if not watches:
            return
        try:
            states = {state.id: state for state in await self._bus.sources()}
            tally = await self._bus.minutes(list(watches), at - KEPT, max(at, self._context.clock.now()))
            for brand, part in apart(tally).items():
                watches[brand].take(part)
                decision = watches[brand].again(at, heard=self._heard(self._brands[brand], states, at))
                await self._try(watches[brand], decision, at)
        except Unavailable:
            self._corrected.put(watches)
            raise

    def _heard(self, brand: Brand, states: dict[str, SourceState], at: float) -> bool:
        now = self._context.clock.now()
        return now - at <= FRESH and heard(brand, self._context.config.sources, states, now)

    async def _learn_late(self, held: set[str], at: float) -> None:
        """Learn anew where a source has brought a past that was not there at the start."""
        pause = STEP if self._context.clock.now() - self._since <= PATIENCE else 10 * MINUTE
        if 0.0 <= at - self._asked < pause:
            return
        self._asked = at
        thin = [self._watches[brand] for brand in held if self._watches[brand].basis < THIN]
        if await self._learning.again(thin, at):
            self._published = 0.0

    async def _try(self, watch: Watch, decision: Decision, at: float) -> None:
        """Do what was decided; if somebody else opened or resolved it meanwhile, take that over."""
        try:
            await self._act(watch, decision, at)
        except (Conflict, NotFound) as error:
            log.info("incident changed elsewhere", reason=str(error), brand=watch.brand)
            await self._resume({watch.brand})

    async def _act(self, watch: Watch, decision: Decision, at: float) -> None:
        store, incident = self._context.store, watch.incident
        told = incident or Incident(uuid4().hex[:12], watch.brand, at, "firing", "warning", ())
        if decision.action != "resolve":
            told = await self._describe(told, watch, decision)
        if not await self._duty.confirm(watch.brand):
            return  # we were held up, and another service acts by now
        if decision.action == "resolve" and incident is not None:
            resolved = await resolve_incident(store, self._bus, self._actor, incident, at)
            watch.resume(None, resolved)
        elif incident is None:
            watch.incident = await open_incident(store, self._bus, self._actor, told, at)
        else:
            watch.incident = await update_incident(store, self._bus, self._actor, told, at)
        log.info("incident", verb=decision.action, brand=watch.brand, severity=decision.severity, peak=decision.peak)

    async def _describe(self, incident: Incident, watch: Watch, decision: Decision) -> Incident:
        figures, brand = decision.figures, self._brands[watch.brand]
        if figures is None:
            return incident
        snapshot = await self._bus.snapshot([brand.id], figures.since - BEFORE)
        terms = await self._drivers.of(snapshot, brand, figures.since) or incident.terms
        raised = {signal.detector: signal for signal in incident.signals}
        told = (one for one in decision.signals if one.alarm or (decision.again and one.detector in raised))
        raised |= {signal.detector: signal for signal in told}
        return msgspec.structs.replace(
            incident,
            severity=decision.severity,
            signals=tuple(raised.values()),
            terms=terms,
            authors=await leaders_of(self._context, snapshot, brand, figures.since, incident.authors),
            peak=decision.peak,
            since=figures.since,
            demo=brand.demo or watch.demo(),
            reason=reason(figures, terms, self._zone),
            resonance=await resonance_of(self._context, snapshot, brand, figures.since, incident.resonance),
        )
