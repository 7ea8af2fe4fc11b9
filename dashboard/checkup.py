"""The checkup: tries every few seconds whether Redis and the archive take what we write, and tells what does not."""

import math
from collections.abc import Awaitable, Callable

import anyio
import structlog
from anyio import to_thread

from app.domain.fault import Fault, Part
from app.errors import Unavailable
from app.service import Context

EVERY = 2.0
"""Seconds between two checkups."""
PATIENCE = 2.0
"""Seconds a part has to answer."""
GRACE = 10.0
"""Seconds the archive may be busy: another writer has its turn, which is no fault."""
AGAIN = 300.0
"""Seconds after which it is told again that a fault is still there."""

log = structlog.get_logger("checkup")


class Checkup:
    """Keeps `context.faults`; tells the log when one begins, every five minutes, and when it is over."""

    def __init__(self, context: Context) -> None:
        self._bus, self._store, self._clock = context.bus, context.store, context.clock
        self._faults = context.faults
        self._told: dict[Part, float] = {}
        self._tried = 0
        self._busy: float | None = None
        self._writing = False

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await self._clock.sleep(EVERY)

    async def look(self) -> None:
        """Try every part once."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._try, "redis", self._bus.probe)
            group.start_soon(self._try, "archive", self._write)

    async def _write(self) -> None:
        """Write into the archive from a thread; one that hangs is left alone, and no other is sent after it."""
        if self._writing:
            raise TimeoutError

        def write() -> None:
            self._writing = True  # said here: one that was given up before a thread took it hangs nowhere
            try:
                self._store.probe()
            finally:
                self._writing = False

        await to_thread.run_sync(write, abandon_on_cancel=True)

    async def _try(self, part: Part, attempt: Callable[[], Awaitable[None]]) -> None:
        try:
            with anyio.fail_after(PATIENCE):
                await attempt()
        except Unavailable as error:
            if error.kind != "busy":
                self._fault(part, error.kind, str(error))
            elif self._waits():
                self._fault(part, "away", str(error))
        except TimeoutError:
            name = "Redis" if part == "redis" else "The database"
            if part == "redis" or self._waits():
                self._fault(part, "away", f"{name} has not answered for {PATIENCE:g} s.")
        else:
            await self._ask(part)

    async def _ask(self, part: Part) -> None:
        """What we can write, others may not: a machine of its own, or more to write than there is room for."""
        refused = self._store.refusal() if part == "archive" else None
        if refused is not None and refused.kind != "busy":
            self._fault(part, refused.kind, str(refused))
            return
        told = await self._reported()
        if fault := next((fault for fault in told if fault.part == part), None):
            self._fault(part, fault.kind, fault.reason)
        else:
            self._well(part)

    async def _reported(self) -> list[Fault]:
        try:
            reports = await self._bus.reports()
        except Unavailable:
            return []
        return [report.fault for workers in reports.values() for report in workers.values() if report.fault]

    def _waits(self) -> bool:
        """Tell whether the archive has been busy for too long."""
        now = self._clock.monotonic()
        self._busy = self._busy if self._busy is not None else now
        return now - self._busy >= GRACE

    def _fault(self, part: Part, kind: str, reason: str) -> None:
        known = self._faults.get(part)
        since = known.since if known and known.kind == kind else self._clock.now()
        self._faults[part] = Fault(part, kind, since, reason)
        self._tried += 1
        if known is None or known.kind != kind or self._clock.monotonic() - self._told.get(part, -math.inf) >= AGAIN:
            self._told[part] = self._clock.monotonic()
            seconds = round(self._clock.now() - since)
            log.error("fault", part=part, kind=kind, reason=reason, for_seconds=seconds)

    def _well(self, part: Part) -> None:
        if part == "archive":
            self._busy = None
        over = self._faults.pop(part, None)
        if over is not None:
            log.info("fault is over", part=part, kind=over.kind, after_seconds=round(self._clock.now() - over.since))
