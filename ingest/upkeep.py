"""Upkeep of the archive, beside those who write it: the full-text index follows, what is kept long enough goes."""

from collections.abc import Callable

import anyio
import structlog
from anyio import to_thread

from app import log as logging
from app.errors import Unavailable
from app.service import Context
from ingest.archive import ArchiveService
from ingest.cancellation import heed_cancellation
from ingest.indexing import Indexer
from ingest.lifetime import within_terms
from ingest.retention import Sweeper
from ingest.talk import TalkCounter

IDLE = 0.5
"""Seconds until it is looked again whether there is something to do: so long a mention is found by scanning only."""

REST, REST_UNDER_PRESSURE = 1.0, 19.0
"""Seconds of rest for each second of work: those who archive come first, and in a burst have nearly all of it."""

PAUSES = (0.5, 2.0, 10.0, 30.0)
"""Seconds until the next try while the store does not answer; the last one repeats."""

log = structlog.get_logger("upkeep")


class Upkeep:
    """Does small pieces of work for ever; whatever goes wrong with one is logged and tried again."""

    def __init__(self, context: Context, pressed: Callable[[], bool] = bool) -> None:
        self._clock = context.clock
        self._pressed = pressed
        indexer = Indexer(context.store, context.clock)
        sweeper = Sweeper(context.store, within_terms(context.config.retention), context.clock)
        counter = TalkCounter(context.store, context.clock)
        self._work: tuple[Callable[[], bool], ...] = (indexer.step, sweeper.step, counter.step)

    async def run(self) -> None:
        """Work until cancelled."""
        failures = 0
        while True:
            began = self._clock.monotonic()
            try:
                busy = [await to_thread.run_sync(work) for work in self._work]
            except Unavailable as away:
                heed_cancellation()
                log.warning("waiting", what="store", reason=str(away))
                pause, failures = PAUSES[min(failures, len(PAUSES) - 1)], failures + 1
            except Exception as error:  # noqa: BLE001 - the archive must go on whatever becomes of its upkeep
                log.error("upkeep failed", reason=logging.said(error))  # noqa: TRY400 - a traceback could quote people
                pause, failures = PAUSES[-1], failures + 1
            else:
                worked = self._clock.monotonic() - began
                rest = REST_UNDER_PRESSURE if self._pressed() else REST
                pause, failures = (rest * worked if any(busy) else IDLE), 0
            await self._clock.sleep(pause)


class KeptArchive:
    """The archive service with its upkeep beside it."""

    name = "archive"

    def __init__(self, context: Context) -> None:
        self._archive = ArchiveService(context)
        self._upkeep = Upkeep(context, lambda: self._archive.pressed)

    async def run(self) -> None:
        """Archive until cancelled."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._upkeep.run)
            await self._archive.run()
