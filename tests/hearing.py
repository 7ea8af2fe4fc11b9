"""Hearing: a connector that is listened to until a test has seen enough, restarted from its cursor at will."""

import asyncio
from collections.abc import Callable
from typing import Any

from app import registry
from app.domain.mention import Deletion, Mention, SourceEvent
from ingest.connector import Batch, Setting
from tests.intake import StillClock, Told


class Hearing:
    """Everything one connector handed over, across restarts; time passes only while it sleeps."""

    def __init__(self, connector: str, options: dict[str, Any], clock: StillClock, tmp_path: Any) -> None:
        self.told = Told()
        self.batches: list[Batch] = []
        self.cursor: str | None = None
        self._made = registry.load("connectors", connector)
        self._setting = Setting("quelle", self._made.Options(**options), clock, tmp_path, self.told, ())

    @property
    def connector(self) -> Any:
        """A new connector of this source."""
        return self._made(self._setting)

    @property
    def events(self) -> list[SourceEvent]:
        return [event for batch in self.batches for event in batch.events]

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.events if isinstance(event, Mention | Deletion)]

    @property
    def mentions(self) -> dict[str, Mention]:
        return {event.id: event for event in self.events if isinstance(event, Mention)}

    @property
    def reasons(self) -> list[str]:
        """Sentences it said about itself, each once."""
        return list(dict.fromkeys(sentence for _, sentence in self.told.said if sentence))

    async def until(self, enough: Callable[["Hearing"], bool], *, seconds: float = 20.0) -> "Hearing":
        """Listen from the last cursor on until it is enough; the last batch counts as accepted."""
        batches = self.connector.listen(self.cursor)
        try:
            async with asyncio.timeout(seconds):
                async for batch in batches:
                    self.batches.append(batch)
                    self.cursor = batch.cursor or self.cursor
                    if enough(self):
                        break
        finally:
            await batches.aclose()
        return self

    async def rounds(self, count: int) -> "Hearing":
        """Listen until `count` more batches came."""
        wanted = len(self.batches) + count
        return await self.until(lambda hearing: len(hearing.batches) >= wanted)

    async def refused(self, *, seconds: float = 20.0) -> tuple[str, str, str]:
        """Listen until the source says that it is not live; return status, sentence and cause."""
        batches = self.connector.listen(self.cursor)
        task = asyncio.ensure_future(_drained(batches))
        try:
            async with asyncio.timeout(seconds):
                while not any(status != "live" for status, _ in self.told.said):
                    await asyncio.sleep(0)
                    if task.done():
                        task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await batches.aclose()
        number = next(number for number, (status, _) in enumerate(self.told.said) if status != "live")
        return (*self.told.said[number], self.told.causes[number])


async def _drained(batches: Any) -> None:
    async for _ in batches:
        pass
