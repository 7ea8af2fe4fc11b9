"""The alerts service: steps the detectors on the tallies and keeps one incident per brand and topic."""

from collections.abc import Iterable
from contextlib import suppress

import anyio
import structlog

from alerts.acting import Acting
from alerts.calibration.calibrating import Calibrating
from alerts.correcting import Corrected
from alerts.duty import Duty
from alerts.farewell import dismiss
from alerts.notification.dispatcher import Dispatcher
from alerts.notification.heartbeat import Heartbeat
from alerts.rules.following import Following
from alerts.rules.watch import LATENESS
from alerts.sources import SourceWatch
from alerts.watching.hearing import heard
from alerts.watching.learning import Learning, apart
from alerts.watching.overhearing import Overhearing
from alerts.watching.scopes import watched
from alerts.watching.watch import KEPT, STEP, Watch
from app.domain.actor import system
from app.domain.brand import Brand
from app.domain.source import SourceState
from app.errors import Unavailable
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
        self._scopes = watched(self._config)
        self._watches: dict[str, Watch] = {}
        """Scope → what watches it: a brand, or a topic or campaign of one."""
        self._learning = Learning(context, self._zone)
        self._calibrating = Calibrating(context)
        self._overhearing = Overhearing(context)
        self._more = anyio.Event()
        """Set when there are other brands to learn."""
        self._orphans = True
        """Whether there may be incidents of brands that nobody watches any more."""
        self._duty = Duty(context.bus, self._brands, context.worker, context.clock)
        self._acting = Acting(context, self._duty, self._actor)
        self._fresh: set[str] = set()
        """Brands that became ours and whose open incident is not known yet."""
        self._corrected = Corrected(context.bus)
        self._dispatcher = Dispatcher(context)
        self._following = Following(context)
        self._stepped = self._published = self._asked = 0.0
        self._since = context.clock.now()

    async def run(self) -> None:
        """Learn, and judge every ten seconds of data time, until cancelled."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._learn_for_ever)
                group.start_soon(SourceWatch(self._context).run)
                group.start_soon(self._corrected.run)
                group.start_soon(self._dispatcher.run)
                group.start_soon(Heartbeat(self._context, self._dispatcher, lambda: self._stepped).run)
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
        if (self._fresh and self._fresh <= self._watches.keys()) or at // STEP != self._stepped // STEP:
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
        self._scopes = watched(self._config)
        held = self._duty.held
        self._duty.follow(self._brands)
        self._fresh |= self._duty.held - held
        self._learning.forget(self._scopes)
        self._watches = {scope: watch for scope, watch in self._watches.items() if scope in self._scopes}
        self._orphans = True
        self._more.set()
        self._more = anyio.Event()

    async def learn(self) -> bool:
        """Learn the past of some more scopes, of brands we act for first; return False if all are learned."""
        unknown = [scope for scope in self._scopes if scope not in self._watches]
        if not unknown:
            return False
        learned = await self._learning.some(unknown, self._duty.held)
        await self._calibrating.begin(learned.values())
        self._overhearing.tell_all(learned.values())
        self._watches |= {scope: watch for scope, watch in learned.items() if scope in self._scopes}
        self._fresh |= {watch.brand for watch in learned.values()} & self._duty.held
        self._published = 0.0
        log.info("learned", scopes=len(self._watches), of=len(self._scopes))
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

    async def _step(self, at: float) -> None:
        telling = _judged(at) != _judged(self._published)  # the band moves by the minute, rules judge full ones
        states = {state.id: state for state in await self._bus.sources()}
        now = max(at, self._context.clock.now())
        tally = await self._bus.minutes(list(self._watches), at - (KEPT if telling else CHANGING), now)
        held = {scope: watch for scope, watch in self._watches.items() if watch.brand in self._duty.held}
        if fresh := self._fresh & held.keys():
            await self._acting.resume([watch for watch in held.values() if watch.brand in fresh])
            self._fresh -= fresh
        for scope, part in apart(tally).items():
            self._watches[scope].take(part)
        await self._learn_late(held.values(), at)
        await self._calibrating.look(self._watches, held, at)
        await self._overhearing.look(self._watches, at)
        await self._following.adopt(self._watches.values(), at)
        for scope, watch in sorted(self._watches.items()):
            await self._judge(watch, states, at, ours=scope in held)
        if telling:
            await self._show(held, states, at)
            await self._following.note(held.values(), at)
            self._published = at
        self._stepped = at

    async def _judge(self, watch: Watch, states: dict[str, SourceState], at: float, *, ours: bool) -> None:
        """Judge one scope, a brand before its parts: what is about the whole brand is no incident of a topic."""
        brand, whole = self._brands[watch.brand], self._watches.get(watch.brand)
        calm = watch is whole or whole is None or whole.incident is None
        decision = watch.step(at, heard=self._heard(brand, states, at), calm=calm)
        if ours and decision.action is not None:
            await self._acting.act(watch, brand, decision, at)

    async def _show(self, held: dict[str, Watch], states: dict[str, SourceState], at: float) -> None:
        """Bring walls up to date, once a minute."""
        for watch in held.values():
            brand = self._brands[watch.brand]
            if watch.topic is None:
                await self._bus.show_usual(watch.usual(at))
            await self._acting.follow(watch, brand, at, heard=self._heard(brand, states, at))
        alive = {watch.brand for watch in held.values() if watch.incident is not None}
        for one in {watch.brand for watch in held.values()}:
            INCIDENTS_OPEN.labels(one).set(one in alive)
        await self._acting.refresh(self._watches, self._duty.held & self._watches.keys())

    async def _judge_again(self, at: float) -> None:
        """Bring open incidents up to what was corrected since the last look."""
        corrected = self._corrected.take() & self._duty.held
        mine = ((scope, watch) for scope, watch in self._watches.items() if watch.brand in corrected)
        watches = {scope: watch for scope, watch in mine if watch.incident is not None}
        if not watches:
            return
        try:
            states = {state.id: state for state in await self._bus.sources()}
            tally = await self._bus.minutes(list(watches), at - KEPT, max(at, self._context.clock.now()))
            for scope, part in apart(tally).items():
                watch, brand = watches[scope], self._brands[watches[scope].brand]
                watch.take(part)
                decision = watch.again(at, heard=self._heard(brand, states, at))
                await self._acting.act(watch, brand, decision, at)
        except Unavailable:
            self._corrected.put(corrected)
            raise

    def _heard(self, brand: Brand, states: dict[str, SourceState], at: float) -> bool:
        now = self._context.clock.now()
        return now - at <= FRESH and heard(brand, self._context.config.sources, states, now)

    async def _learn_late(self, held: Iterable[Watch], at: float) -> None:
        """Learn anew where a source has brought a past that was not there at the start."""
        pause = STEP if self._context.clock.now() - self._since <= PATIENCE else 10 * MINUTE
        if 0.0 <= at - self._asked < pause:
            return
        self._asked = at
        thin = [watch for watch in held if watch.basis < THIN]
        if await self._learning.again(thin, at):
            self._published = 0.0


def _judged(at: float) -> float:
    """Return the number of the last full minute that is judged at an instant."""
    return (at - LATENESS) // MINUTE
