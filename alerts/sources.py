"""The watch over sources: a silent one raises an alarm of its own class, which ends by itself."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import anyio
import msgspec
import structlog

from alerts.plea import plea
from alerts.source_silence import LOST, SourceSilence, Trouble, changed, ended
from app.domain.actor import authorise, system
from app.domain.alarm import Alarm
from app.domain.audit import AuditEntry
from app.domain.source import SourceState
from app.errors import Unavailable
from app.service import Context

LEASE = 6.0
"""Seconds the watch stays ours without a sign of life."""
LOOK = 2.0
DUTY = "alerts:sources"

log = structlog.get_logger()
ACTOR = system("alerts")


class SourceWatch:
    """Watches every configured source; of several services one acts, and another takes its open alarms over."""

    def __init__(self, context: Context) -> None:
        self._context, self._bus, self._clock = context, context.bus, context.clock
        self._silences: dict[str, SourceSilence] | None = None
        """By source; None while another service acts."""

    async def run(self) -> None:
        """Look every two seconds until cancelled."""
        try:
            while True:
                try:
                    await self.look()
                except Unavailable as away:
                    log.debug("source alarms wait", reason=str(away))
                await self._clock.sleep(LOOK)
        finally:
            with suppress(Unavailable), anyio.move_on_after(1, shield=True):
                await self._bus.release(DUTY, self._context.worker)

    async def look(self) -> None:
        """Judge every source once, if that is ours to do."""
        if await self._bus.lease(DUTY, self._context.worker, LEASE) is None:
            self._silences = None
            return
        if self._silences is None:
            opened = [one for one in await self._bus.alarms() if one.resolved_at is None]
            self._silences = {one.source: SourceSilence(one) for one in opened}
        now = self._clock.now()
        states = {one.id: one for one in await self._bus.sources()}
        wanted = {source.id for source in self._context.config.sources}
        for source in [known for known in self._silences if known not in wanted]:
            await self._settle(self._silences.pop(source), None, None, now)
        for source in wanted & states.keys():
            silence = self._silences.setdefault(source, SourceSilence())
            await self._settle(silence, states[source], silence.step(states[source], now), now)

    async def _settle(self, silence: SourceSilence, one: SourceState | None, found: Trouble | None, now: float) -> None:
        alarm = silence.alarm
        if found is None or one is None:
            if alarm is not None:
                await self._tell("alarm.resolve", ended(alarm, now))
                silence.alarm = None
        elif alarm is None:
            made = self._told(Alarm(uuid4().hex[:12], one.id, one.connector, *found, now, now, {}), one, found)
            await self._tell("alarm.open", made)
            silence.alarm = made
        elif changed(alarm, found):
            kept = msgspec.structs.replace(alarm, kind=found.kind, cause=found.cause, updated_at=now)
            silence.alarm = self._told(kept, one, found)
            await self._bus.show_alarm(silence.alarm)

    def _told(self, alarm: Alarm, one: SourceState, found: Trouble) -> Alarm:
        lost = self._clock.now() - one.reported_at > LOST
        said = plea(one, found, self._context.config.site.zone, lost)
        return msgspec.structs.replace(alarm, reason=said, demo=one.demo)

    async def _tell(self, verb: str, alarm: Alarm) -> None:
        """Leave an audit row, then put it where everybody sees it."""
        authorise(ACTOR, verb)
        entry = AuditEntry(
            self._clock.now(),
            ACTOR.kind,
            ACTOR.id,
            verb,
            subject=alarm.source,
            detail={"kind": alarm.kind, "cause": alarm.cause, "since": alarm.since},
        )

        def write() -> None:
            with self._context.store.transaction() as tx:
                tx.audit.append(entry)

        await asyncio.to_thread(write)
        await self._bus.show_alarm(alarm)
        log.warning(verb, source=alarm.source, kind=alarm.kind, cause=alarm.cause)
