"""Use cases of a source: pause it, let it listen again, ask whether it works. Authorised, audited, told on the bus."""

import asyncio
from uuid import uuid4

from app.bus.port import Bus
from app.clock import Clock
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.source import Hold, Proof
from app.store.engine import Store

PATIENCE = 10.0
"""Seconds the answer to a question may take."""
LOOK = 0.1


class Holds:
    """Pauses, resumes and questions of sources in the name of an actor; all machines heed them within 2 s."""

    def __init__(self, bus: Bus, store: Store, clock: Clock) -> None:
        self._bus, self._store, self._clock = bus, store, clock

    async def pause(self, actor: Actor, source: str) -> Hold:
        """Have a source paused until somebody resumes it, over every restart; paused already, it stays as it is."""
        authorise(actor, "source.pause")
        kept = await self._bus.held(source)
        if kept is not None:
            return kept
        hold = Hold(self._clock.now(), actor.id)
        await self._audit(actor, "source.pause", source)
        await self._bus.hold(source, hold)
        return hold

    async def resume(self, actor: Actor, source: str) -> None:
        """Let a source listen again; nothing happens to one that is not paused."""
        authorise(actor, "source.resume")
        if await self._bus.held(source) is not None:
            await self._audit(actor, "source.resume", source)
            await self._bus.hold(source, None)

    async def test(self, actor: Actor, source: str) -> Proof:
        """Return what the source's listener answers to whether it works, or after 10 s that nobody did."""
        authorise(actor, "source.test")
        question = uuid4().hex
        await self._audit(actor, "source.test", source)
        await self._bus.ask(source, question)
        deadline = self._clock.monotonic() + PATIENCE
        while self._clock.monotonic() < deadline:
            proof = await self._bus.answered(source, question)
            if proof is not None:
                return proof
            await self._clock.sleep(LOOK)
        said = "Nobody listens to this source, or it is busy; is the ingest service running (`emberwatch run ingest`)?"
        return Proof(works=False, said=said, at=self._clock.now())

    async def _audit(self, actor: Actor, verb: str, source: str) -> None:
        entry = AuditEntry(self._clock.now(), actor.kind, actor.id, verb, subject=source)

        def write() -> None:
            with self._store.transaction() as tx:
                tx.audit.append(entry)

        await asyncio.to_thread(write)
