"""A listener keeps one source listening: lease, batches, cursor, health."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

import anyio
import structlog

from app import registry
from app.bus.port import Fence
from app.config import Source
from app.domain.mention import SourceEvent
from app.domain.source import Cause, SourceState, SourceStatus
from app.errors import Backpressure, LeaseLost, SourceUnavailable, Unavailable, innermost
from app.service import Context
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch, Connector, Setting, rewinds
from ingest.detour import MEGABYTE, Detour
from ingest.failure import failure_of
from ingest.health import Health
from ingest.ledger import Ledger
from ingest.publish import Intake
from ingest.recheck import Recheck, Telling
from ingest.seed import seed
from ingest.sound import sound
from ingest.standby import Standby

LEASE = 3.0
"""Seconds a source stays ours without a sign of life; after a crash another process takes over this late."""

REPORT = 2.0
"""Seconds between two reports of a source's health."""

WAITING = 1.0
"""Seconds between two attempts to take over a source that another process holds."""

FAREWELL = 1.0
"""Seconds a stopping listener has to give its lease up, which spares the next one waiting for its end."""

FORGIVEN = 60.0
"""Seconds a connector has to work for its earlier failures to be forgotten."""

log = structlog.get_logger("ingest")
T = TypeVar("T")


class Listener:
    """One source: listens from its cursor on for ever, whatever fails, and says how it is."""

    def __init__(self, context: Context, source: Source, intake: Intake, owner: str) -> None:
        self._context, self._source, self._intake, self._owner = context, source, intake, owner
        self._clock, self._bus = context.clock, context.bus
        self._token = 0
        self._changed = asyncio.Event()
        self._standby = Standby(context.bus, source.id)
        self._health = Health(source, context.clock)
        self._ledger = Ledger(context, self._health)

    @property
    def state(self) -> SourceState:
        """Return how the source is, as far as it has said."""
        return self._health.state

    async def run(self) -> None:
        """Listen until cancelled; a source that has ended stays reported as stopped."""
        try:
            await self._listen_for_ever()
            self._say("stopped", "The source has ended.")
            await self._watch()
        finally:
            with suppress(Unavailable), anyio.move_on_after(FAREWELL, shield=True):
                await self._bus.release(self._name, self._owner)

    async def _listen_for_ever(self) -> None:
        failures = 0
        while True:
            await self._acquire()
            started = self._clock.monotonic()
            try:
                await self._rest()
                if await self._once():
                    return
            except* LeaseLost:
                log.info("source.lease_lost", source=self._source.id)
            except* Exception as failure:  # noqa: BLE001 - one broken connector must not stop the others
                failures = 1 if self._clock.monotonic() - started > FORGIVEN else failures + 1
                await self._failed(innermost(failure), failures)

    async def _rest(self) -> None:
        """Wait while a person has the source paused; what cannot be asked for again is a gap then."""
        self._health.describe(self._kind)
        if self._health.remembers_nothing:
            await self._patiently(self._remember)
        hold = await self._patiently(self._standby.first)
        if hold is None:
            return
        self._say("held", f"{hold.actor} paused it.", "person")
        log.info("source.held", source=self._source.id)
        async with anyio.create_task_group() as group:
            group.start_soon(self._watch)
            await self._standby.released(group.cancel_scope)
        self._say("starting", "")
        if not self._health.state.passive:  # who is turned away meanwhile comes again
            self._health.skip(hold.at, "It was paused.")

    async def _once(self) -> bool:
        """Listen while the lease is ours, until the source ends and nothing of it waits on disk: then True.

        False once a person has paused it.
        """
        connector = self._connector()
        detour = None if rewinds(connector) else await self._opened(self._fenced)
        ended = False
        try:
            async with anyio.create_task_group() as group:  # tells its tasks to stop until they do, asyncio's only once
                group.start_soon(self._watch, group.cancel_scope)
                group.start_soon(self._ledger.run)
                if isinstance(connector, Telling):
                    group.start_soon(Recheck(self._context, self._health, connector, self._fenced).run)
                if detour is not None:
                    group.start_soon(detour.drain)
                await self._listen(connector, detour)
                if detour is not None:
                    await detour.emptied()
                group.cancel_scope.cancel()
                ended = True
        finally:
            if detour is not None:
                detour.close()
        return ended

    @property
    def _kind(self) -> type[Connector]:
        kind: type[Connector] = registry.load("connectors", self._source.connector)
        return kind

    @property
    def _name(self) -> str:
        return f"source:{self._source.id}"

    async def _acquire(self) -> None:
        """Wait until the source is ours."""
        while True:
            token = await self._patiently(lambda: self._bus.lease(self._name, self._owner, LEASE))
            if token is not None:
                self._token = token
                return
            await self._publish_left_behind()
            await self._clock.sleep(WAITING)

    async def _remember(self) -> None:
        """Go on from what was reported of this source before this process took it."""
        found = await self._bus.sources()
        self._health.remember(next((one for one in found if one.id == self._source.id), None))

    async def _publish_left_behind(self) -> None:
        """Publish what waits on our disk while another machine has the source: late is better than never."""
        if not await asyncio.to_thread(Detour.left, self._context.data, self._source.id):
            return
        with suppress(Unavailable):
            detour = await self._opened(self._take)
            try:
                while await detour.drain_one():
                    pass
            finally:
                detour.close()

    async def _opened(self, take: Callable[[list[SourceEvent]], Awaitable[None]]) -> Detour:
        detour = Detour(self._setting(), self._context.config.ingest.spool_limit * MEGABYTE, take)
        if not await detour.open():
            raise SourceUnavailable("Another process of this machine still has what waits on disk.", "bus")
        return detour

    async def _watch(self, listening: anyio.CancelScope | None = None) -> None:
        """Extend the lease, report, heed orders: `listening` ends when a person pauses the source.

        Raises `LeaseLost` once another process holds it.
        """
        async with anyio.create_task_group() as group:
            while True:
                try:
                    token = await self._bus.lease(self._name, self._owner, LEASE)
                    if token is None:
                        raise LeaseLost("Another process holds the lease of this source.")
                    self._token = token
                    if question := await self._standby.look():
                        group.start_soon(self._standby.prove, question, self._kind, self._setting(), self.state)
                    await self._report()
                except Unavailable as unavailable:
                    heed_cancellation()
                    log.debug("source.report", source=self._source.id, reason=str(unavailable))
                if self._standby.hold is not None and listening is not None:
                    listening.cancel()
                self._changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(LEASE / 3, REPORT)):
                        await self._changed.wait()

    async def _listen(self, connector: Connector, detour: Detour | None) -> None:
        cursor = await self._patiently(lambda: self._bus.cursor(self._source.id))
        batches = connector.listen(cursor)
        async with self._intake.introducing(self._source.id, connector):
            try:
                async for batch in batches:
                    heed_cancellation()
                    await self._settle(sound(batch), detour)
            finally:
                if isinstance(batches, AsyncGenerator):
                    await batches.aclose()

    def _connector(self) -> Connector:
        made: Connector = self._kind(self._setting())
        self._health.describe(made)
        return made

    def _setting(self) -> Setting:
        return Setting(
            source=self._source.id,
            options=self._source.options,
            clock=self._clock,
            data=self._context.data,
            report=self._say,
            brands=self._context.config.brands,
            commands=self._bus.commands,
        )

    async def _settle(self, batch: Batch, detour: Detour | None = None) -> None:
        """Have a batch accepted, then commit its cursor: never the other way round."""
        for history in batch.history:
            await self._patiently(partial(asyncio.to_thread, seed, self._context, self._source.id, history))
        if batch.events and detour is not None:
            await detour.accept(batch.events)
        elif batch.events:
            await self._patiently(lambda: self._fenced(batch.events))
        if batch.cursor is not None:
            cursor = batch.cursor
            if not await self._patiently(lambda: self._bus.commit_cursor(self._source.id, cursor, self._token)):
                raise LeaseLost("Another process has committed a cursor of this source.")
        self._health.hear(batch)

    async def _fenced(self, events: list[SourceEvent]) -> None:
        await self._take(events, Fence(self._name, self._token))

    async def _take(self, events: list[SourceEvent], fence: Fence | None = None) -> None:
        accepted = await self._intake.take(events, self._source.id, demo=self.state.demo, fence=fence)
        self._health.publish(accepted.accepted + accepted.edited)

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask again for ever while something we need is away or behind; nothing is dropped meanwhile."""
        before = self.state
        pause = 0.1
        while True:
            try:
                answer = await ask()
            except Backpressure as behind:
                heed_cancellation()
                if self.state.status != "paused":
                    log.warning("source.paused", source=self._source.id, group=behind.group, reason=str(behind))
                self._say("paused", str(behind), "bus")
                await self._clock.sleep(behind.retry_after)
            except Unavailable as away:
                heed_cancellation()
                self._say("paused", f"Waiting, nothing is lost: {away}", "bus")
                await self._clock.sleep(pause)
                pause = min(pause * 2, 2.0)
            else:
                if self.state.status == "paused":
                    self._say(before.status, before.reason, before.cause)
                return answer

    def _say(self, status: SourceStatus, reason: str, /, cause: Cause = "") -> None:
        if self._health.say(status, reason, cause):
            self._changed.set()

    async def _report(self) -> None:
        await self._bus.report_source(self._intake.qualified(self._health.report()))

    async def _failed(self, failure: BaseException, failures: int) -> None:
        """Say what stopped the connector, and wait before it is started again."""
        told = failure_of(failure, failures)
        log.error("source.failed", source=self._source.id, error=type(failure).__name__, pause=told.pause)
        self._say(told.status, told.reason, told.cause)
        with suppress(Unavailable):
            await self._report()
        await self._sleep(told.pause)

    async def _sleep(self, seconds: float) -> None:
        """Wait while the lease is ours, and go on reporting: who waits an hour for its quota is not gone."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch)
                await self._clock.sleep(seconds)
                group.cancel_scope.cancel()
        except* LeaseLost:
            log.info("source.lease_lost", source=self._source.id)
