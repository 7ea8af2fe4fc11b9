"""The dead-man's switch: an outside address hears from us every minute while all is well, and people when it is not."""

from collections.abc import Callable
from contextlib import suppress

import aiohttp
import structlog
from anyio import to_thread

from alerts.notification.dispatcher import Dispatcher, circle_of
from alerts.notification.stalls import Signs, followed, plan_stalls, still
from alerts.notification.unreached import unreached
from app import registry
from app.domain.delivery import Beat
from app.domain.fault import Fault
from app.errors import Unavailable
from app.service import Context

LOOK = 5.0
STARTING = 60.0
"""Seconds everything has to get going after we began."""
TELLING = 30.0
"""Seconds since the dispatcher last came through, beyond which it does not work."""
PATIENCE = 10.0
FAULT = "heartbeat"
"""Under which it stands among the faults of this process, beside messages that did not arrive."""

log = structlog.get_logger("alerts")


class Heartbeat:
    """Looks for signs of life, tells people what stands still, and the outside that nothing does.

    Works only where the dispatcher does: one of several services. `stepped` returns up to when detectors have judged.
    """

    def __init__(self, context: Context, dispatcher: Dispatcher, stepped: Callable[[], float]) -> None:
        self._context, self._clock, self._dispatcher = context, context.clock, dispatcher
        self._stepped = stepped
        self._since = context.clock.now()
        self._beaten = float("-inf")

    async def run(self) -> None:
        """Look every five seconds until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable as away:
                log.warning("no heartbeat", reason=str(away))
            await self._clock.sleep(LOOK)

    async def look(self) -> None:
        """Look once, if that is ours to do: note what stands still, and beat if it is time."""
        if not self._dispatcher.ours:
            return
        signs = await self._signs()
        now = self._clock.now()
        if now - self._since >= STARTING:
            await self._note(signs, now)
        every = self._context.config.alerts.heartbeat.every
        if self._context.config.alerts.heartbeat.url and self._clock.monotonic() - self._beaten >= every:
            self._beaten = self._clock.monotonic()
            await self._beat(signs, now)

    async def _signs(self) -> Signs:
        bus = self._context.bus
        running = await bus.reports()
        missing = [name for name in registry.names("services") if name not in running and name != "alerts"]
        watermark = min(await bus.watermark(), self._clock.now())
        return Signs(watermark, self._stepped(), missing, await bus.alarms())

    async def _note(self, signs: Signs, now: float) -> None:
        seen = still(signs, now)

        def write() -> None:
            with self._context.store.reading() as tx:
                known = tx.dispatch.stalls()
                if not seen and not known:
                    return
            with self._context.store.transaction() as tx:
                tx.dispatch.alone()
                known = tx.dispatch.stalls()
                before = tx.deliveries.find(incident="", limit=200).items
                stalls, made = plan_stalls(
                    followed(known, seen, now), before, circle_of(tx, now, set(), self._context.drill), now
                )
                for one in made:
                    tx.deliveries.plan(one)
                if stalls != known:
                    tx.dispatch.note(stalls)

        await to_thread.run_sync(write)

    async def _beat(self, signs: Signs, now: float) -> None:
        """Beat, or say why not; either is kept for the doctor, and what is not good is a fault."""
        url = str(self._context.config.alerts.heartbeat.url)
        silent = self._silent(signs, now)
        beat = Beat(now, good=False, said=f"Withheld: {silent}") if silent else await self._call(url, now)

        def write() -> None:
            with self._context.store.transaction() as tx:
                tx.dispatch.beaten(beat)

        told = self._context.faults.get(FAULT)
        if not beat.good:
            log.error("no heartbeat", reason=beat.said)
            since = told.since if told else now
            self._context.faults[FAULT] = Fault("alerts", "heartbeat", since, f"The heartbeat is not sent. {beat.said}")
        else:
            self._context.faults.pop(FAULT, None)
        with suppress(Unavailable):
            await to_thread.run_sync(write)

    def _silent(self, signs: Signs, now: float) -> str:
        """Return why the outside must not hear that all is well; "" if it may."""
        stalled = {"data", "detectors"} & still(signs, now).keys()
        if stalled:
            return "data stand still." if "data" in stalled else "the detectors do not step."
        if self._clock.monotonic() - self._dispatcher.looked > TELLING:
            return "telling people does not come through."
        return ""

    async def _call(self, url: str, now: float) -> Beat:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session, session.get(url) as answer:
                good = answer.status < 300  # noqa: PLR2004 - HTTP's line between done and not
                return Beat(now, good=good, said=f"The outside answers HTTP {answer.status}.")
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            return Beat(now, good=False, said=unreached("The outside", error))
