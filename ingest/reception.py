"""The reception: what came over HTTP goes to the bus, into the audit log, and is told to its source's listener."""

import asyncio
from collections.abc import Sequence

import structlog

from app.bus.port import Accepted
from app.config import Source
from app.domain.actor import Actor
from app.domain.audit import AuditEntry
from app.domain.mention import AuthorRemoval, SourceEvent
from app.errors import Unavailable
from app.service import Context
from ingest.connector import topic
from ingest.parcel import Refused
from ingest.playback import COUNTS
from ingest.publish import Intake
from ingest.recording import instant
from ingest.unmatched import unmatched_file

PAUSED = "60"
"""Seconds after which who sends to a paused source may look again."""

log = structlog.get_logger("inbox")


class Reception:
    """Has events accepted durably in somebody's name; nothing is taken without a trace of who brought it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        unmatched = unmatched_file(context)
        self._intake = Intake(context.config, context.bus, context.store, context.identity, context.clock, unmatched)

    async def take(
        self,
        events: Sequence[SourceEvent],
        source: Source,
        actor: Actor,
        *,
        received: int | None = None,
        rejected: int = 0,
        unreadable: int = 0,
        fault: str = "",
    ) -> Accepted:
        """Return what became of the events once they are durable; raises what `Intake.take` raises.

        `received` items were read in all, of which `rejected` were refused aloud, or `unreadable` left out with `fault`
        as the first reason. While a person has the source paused everything is refused: who sent it sends it again.
        """
        hold = await self._context.bus.held(source.id)
        if hold is not None:
            said = f"{hold.actor} paused the source {source.id!r}; send it again once it is resumed."
            raise Refused(503, "Paused", said, Retry_After=PAUSED)
        await self._intake.adopt(self._context.config)  # what is pushed after a save counts by what was saved
        accepted = await self._intake.take(events, source.id)
        if events or rejected:
            await asyncio.to_thread(self._audit, accepted, source, actor, rejected)
        told = {
            "received": str(len(events) + rejected if received is None else received),
            "matched": str(accepted.accepted + accepted.edited),
            "newest": str(max((_when(event) for event in events), default=0.0)),
        }
        if unreadable:
            told |= {"unreadable": str(unreadable), "fault": fault}
        await self._tell(source, told)
        return accepted

    def _audit(self, accepted: Accepted, source: Source, actor: Actor, rejected: int) -> None:
        entry = AuditEntry(
            at=self._context.clock.now(),
            actor_kind=actor.kind,
            actor=actor.id,
            verb="mention.push",
            scope=source.brand or "",
            subject=source.id,
            detail={**{count: getattr(accepted, count) for count in COUNTS}, "rejected": rejected},
        )
        with self._context.store.transaction() as tx:
            tx.audit.append(entry)

    async def _tell(self, source: Source, told: dict[str, str]) -> None:
        """Tell the source's listener, which reports its health; a lost word changes nothing."""
        try:
            await self._context.bus.command(topic(source.id), told)
        except Unavailable as away:
            log.warning("inbox.untold", source=source.id, reason=str(away))


def _when(event: SourceEvent) -> float:
    return event.deleted_at if isinstance(event, AuthorRemoval) else instant(event)
