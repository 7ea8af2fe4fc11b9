"""The ingest service: the listeners of all sources, and the heartbeat."""

import anyio
import anyio.to_thread
import structlog

from app.errors import Unavailable
from app.service import Context
from ingest.backfill import Backfill
from ingest.cancellation import heed_cancellation
from ingest.listener import LEASE
from ingest.publish import Intake
from ingest.roster import Roster
from ingest.unmatched import unmatched_file

HEARTBEAT = 1.0
"""Seconds between two heartbeats."""

log = structlog.get_logger("ingest")


class IngestService:
    """Listens to every configured source at once; a failing one never stops another."""

    name = "ingest"

    def __init__(self, context: Context) -> None:
        self._context = context
        self._owner = context.worker

    async def run(self) -> None:
        """Listen until cancelled."""
        context = self._context
        unmatched = unmatched_file(context)
        unmatched.stay()
        intake = Intake(context.config, context.bus, context.store, context.identity, context.clock, unmatched)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._beat)
                group.start_soon(Roster(context, intake, self._owner).run)
                group.start_soon(Backfill(context, intake, unmatched).run)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(unmatched.close)

    async def _beat(self) -> None:
        """Send one heartbeat a second, or leave it to the service that does; ready from the first one on."""
        bus, clock = self._context.bus, self._context.clock
        while True:
            try:
                if await bus.lease("heartbeat", self._owner, LEASE) is not None:
                    await bus.beat(clock.now())
                self._context.ready.set()
            except Unavailable as unavailable:
                heed_cancellation()
                log.warning("heartbeat.held", reason=str(unavailable))
            await clock.sleep(HEARTBEAT)
