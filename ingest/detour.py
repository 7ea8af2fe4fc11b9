"""The detour of a source that cannot rewind: over disk while the bus takes nothing, in order."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import structlog

from app.domain.mention import SourceEvent
from app.errors import Backpressure, LeaseLost, Unavailable
from app.metrics import SPOOL_BYTES, SPOOL_LOST
from ingest.cancellation import heed_cancellation
from ingest.connector import Setting
from ingest.spool import ENDING, Spool

MEGABYTE = 2**20
FIRST_PAUSE, LAST_PAUSE = 0.1, 2.0
"""Seconds before a bus that does not answer is asked again."""

log = structlog.get_logger("ingest")
Take = Callable[[list[SourceEvent]], Awaitable[None]]
"""Has a batch accepted, once; raises `Unavailable` where that does not work at present."""


def folder(data: Path, source: str) -> Path:
    """Return where the spool of a source lies."""
    return data / "spool" / source


class Detour:
    """Gives batches to the bus while it takes them, else keeps them on disk; nothing overtakes what waits there.

    A full spool keeps what it has and refuses what is new: the loss is counted, reported and logged.
    """

    def __init__(self, setting: Setting, limit: int, take: Take) -> None:
        self._spool = Spool(folder(setting.data, setting.source), limit)
        self._source, self._limit, self._take, self._say = setting.source, limit, take, setting.report
        self._clock = setting.clock
        self._change = anyio.Event()
        self._lost, self._reason = 0, "Catching up."

    async def open(self) -> bool:
        """Find what an earlier process left; False while another process has it."""
        found = await asyncio.to_thread(self._spool.open)
        SPOOL_BYTES.labels(self._source).set(self._spool.waiting)
        return found

    @staticmethod
    def left(data: Path, source: str) -> bool:
        """Tell whether an earlier process kept something here."""
        return any(folder(data, source).glob(f"*{ENDING}"))

    def close(self) -> None:
        """Let another process have it."""
        self._spool.close()

    @property
    def waiting(self) -> int:
        """Bytes that wait on disk."""
        return self._spool.waiting

    async def accept(self, events: list[SourceEvent]) -> None:
        """Have a batch accepted, or keep it on disk; returns when either is durable, or the loss is told.

        Told to stop in between, or that the source is another's now, it keeps the batch before it obeys.
        """
        if not self.waiting:
            try:
                return await self._take(events)
            except Unavailable as away:
                self._reason = str(away)
            except (LeaseLost, asyncio.CancelledError):
                self._spool.append(events)
                raise
            except Exception as error:  # noqa: BLE001 - it is tried once more, then told and counted
                self._reason = f"A batch could not be taken ({type(error).__name__})."
        kept = await asyncio.to_thread(self._spool.append, events)
        self._changed()
        if not kept:
            self._lose(events, "spool.full")
        self._tell()
        return None

    async def drain(self) -> None:
        """Publish what waits, the oldest first, for ever, trying again while the bus takes nothing."""
        pause = FIRST_PAUSE
        while True:
            change = self._change
            try:
                if not await self.drain_one():
                    await change.wait()
                pause = FIRST_PAUSE
            except Unavailable as away:
                heed_cancellation()
                self._reason = str(away)
                self._tell()
                await self._clock.sleep(away.retry_after if isinstance(away, Backpressure) else pause)
                pause = min(2 * pause, LAST_PAUSE)

    async def emptied(self) -> None:
        """Wait until nothing waits on disk."""
        while self.waiting:
            await self._change.wait()

    async def drain_one(self) -> bool:
        """Publish the oldest batch that waits; False if there is none."""
        events = await asyncio.to_thread(self._spool.first)
        if events is None:
            return False
        try:
            await self._take(events)
        except (Unavailable, LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001 - one batch must not hold up all that come after it
            self._lose(events, f"spool.refused {type(error).__name__}")
        self._reason = "Catching up."
        await asyncio.to_thread(self._spool.done)
        if not self.waiting:
            log.info("spool.drained", source=self._source, lost=self._lost)
            self._lost = 0
            self._say("live", "")
        else:
            self._tell()
        SPOOL_BYTES.labels(self._source).set(self.waiting)
        self._changed()
        return True

    def _lose(self, events: list[SourceEvent], why: str) -> None:
        """Count what is lost, and say it aloud."""
        self._lost += len(events)
        SPOOL_LOST.labels(self._source).inc(len(events))
        log.error(why, source=self._source, lost=len(events), lost_so_far=self._lost)

    def _changed(self) -> None:
        self._change.set()
        self._change = anyio.Event()

    def _tell(self) -> None:
        SPOOL_BYTES.labels(self._source).set(self.waiting)
        waits = f"{self.waiting / MEGABYTE:.1f} of {self._limit / MEGABYTE:.0f} MB wait on disk"
        if self._lost:
            lost = f"{self._lost:,} events of this source are lost"
            self._say(
                "failed",
                f"{lost.capitalize()}, see the log; raise ingest.spool_limit or mend this: {self._reason} {waits}.",
                "bus",
            )
        else:
            self._say("paused", f"{self._reason} Nothing is lost: {waits}.", "bus")
