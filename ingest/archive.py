"""The archive service: what analysis settled goes into the store, off the hot path."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog
from anyio import to_thread

from app.bus.port import Analysed
from app.domain.analysis import AnalysedMention
from app.domain.mention import Deletion
from app.errors import StoreUnavailable, Unavailable
from app.metrics import BATCH_SECONDS
from app.service import Context
from app.store.engine import Transaction
from app.store.tallies import Logged

GROUP = "archive"
BATCH = 500
"""Entries of the stream in one transaction, each with up to eight mentions."""
LINGER = 0.1
"""Seconds to let entries gather when few come: at most ten commits, each with its fsync, a second."""
PRESSED = BATCH // 4
"""Entries at once that show that much is waiting."""
TRIM_EVERY = 1.0
SCRUB_EVERY = 10.0
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before asking again a database or a bus that does not answer; the last one repeats."""

T = TypeVar("T")
log = structlog.get_logger("archive")


def keep(tx: Transaction, entries: Sequence[Analysed]) -> None:
    """Write entries of `analysed:{p}` to the archive; writing them again changes nothing."""
    payloads = [(entry.payload, entry) for entry in entries]
    tx.mentions.upsert(
        [(payload, entry.version) for payload, entry in payloads if isinstance(payload, AnalysedMention)]
    )
    tx.mentions.wipe(
        [(payload, entry.version, entry.before) for payload, entry in payloads if isinstance(payload, Deletion)]
    )
    tx.tallies.append_all(
        Logged(entry.at, entry.partition, entry.id, entry.delta) for entry in entries if entry.delta is not None
    )


class ArchiveService:
    """Commits first and acknowledges after, so that a kill at any moment loses nothing and doubles nothing.

    Any number may run, on any machine, each named as its process is: one that comes back finds under its name what it
    had not acknowledged, and what others leave behind is taken over.
    """

    name = "archive"

    def __init__(self, context: Context) -> None:
        self._bus = context.bus
        self._store = context.store
        self._clock = context.clock
        self._ready = context.ready
        self._consumer = context.options.get("consumer") or context.worker
        self.pressed = False
        """Whether so much came at once that everything else should wait."""
        self._trimmed = self._scrubbed = float("-inf")
        self._wiped = True  # what was wiped just before we were killed may still lie in the log of the store

    async def run(self) -> None:
        """Archive until cancelled; wait as long as it takes for a store or a bus that does not answer."""
        while True:
            if await self.step() < BATCH:
                await self._clock.sleep(LINGER)

    async def step(self) -> int:
        """Archive what is there, up to a batch, waiting at most a second for it; return how many entries."""
        entries = await self._patiently(partial(self._bus.read_analysed, GROUP, self._consumer, BATCH))
        self._ready.set()
        if entries:
            await self._settle(entries)
        await self._tidy()
        taken = len({(entry.partition, entry.id) for entry in entries})
        self.pressed = taken >= PRESSED
        return taken

    async def _settle(self, entries: Sequence[Analysed]) -> None:
        began = self._clock.monotonic()
        broken = await self._patiently(partial(to_thread.run_sync, self._write, entries))
        BATCH_SECONDS.labels("archive").observe(self._clock.monotonic() - began)
        aside = {(entry.partition, entry.id): (entry, reason) for entry, reason in broken}
        kept = [entry for entry in entries if (entry.partition, entry.id) not in aside]
        await self._patiently(partial(self._bus.acknowledge, GROUP, kept))
        for entry, reason in aside.values():
            await self._patiently(partial(self._bus.set_aside, GROUP, entry, reason))

    def _write(self, entries: Sequence[Analysed]) -> list[tuple[Analysed, str]]:
        """Commit a batch; if something in it is broken, commit the rest and return what is, each with the reason."""
        try:
            with self._store.transaction() as tx:
                keep(tx, entries)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one entry must not stop all others
            if len(entries) == 1:
                reason = type(error).__name__
                log.error("set aside", entry=entries[0].id, error=reason)  # noqa: TRY400 - a traceback could quote people
                return [(entries[0], f"the archive cannot keep it: {reason}")]
            return [broken for entry in entries for broken in self._write([entry])]
        self._wiped = self._wiped or any(entry.version > 1 for entry in entries)
        return []

    async def _tidy(self) -> None:
        now = self._clock.monotonic()
        if now - self._trimmed >= TRIM_EVERY:
            self._trimmed = now
            await self._patiently(self._bus.trim)
        if self._wiped and now - self._scrubbed >= SCRUB_EVERY:
            self._scrubbed = now
            self._wiped = not await self._patiently(partial(to_thread.run_sync, self._store.scrub))

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work, again and again until what it needs answers; meanwhile nothing is acknowledged."""
        tries = 0
        while True:
            try:
                done = await work()
            except Unavailable as error:
                pause = PAUSES[min(tries, len(PAUSES) - 1)]
                who = "store" if isinstance(error, StoreUnavailable) else "bus"
                log.warning("waiting", what=who, reason=str(error), again_in=pause)
                tries += 1
                await self._clock.sleep(pause)
            else:
                if tries:
                    log.info("going on", tries=tries)
                return done
