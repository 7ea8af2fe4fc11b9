"""Standby: what people order of a source, a rest or a proof that it works."""

import asyncio
from contextlib import suppress

import anyio

from app.bus.port import Bus
from app.domain.source import Hold, SourceState
from app.errors import Unavailable
from ingest.connector import Connector, Setting
from ingest.proof import proved


class Standby:
    """Looks for orders; says whether a person holds the source, and answers questions beside the listening."""

    def __init__(self, bus: Bus, source: str) -> None:
        self._bus, self._source = bus, source
        self._looked = asyncio.Event()
        self.hold: Hold | None = None

    async def look(self) -> str | None:
        """Learn what is ordered; return the question that waits for an answer."""
        orders = await self._bus.orders(self._source)
        self.hold = orders.hold
        self._looked.set()
        self._looked = asyncio.Event()
        return orders.question

    async def first(self) -> Hold | None:
        """Return whether the source is held from the start; a question waits."""
        self.hold = await self._bus.held(self._source)
        return self.hold

    async def released(self, listening: anyio.CancelScope) -> None:
        """Wait until nobody holds the source, while somebody else looks; then end `listening`."""
        while self.hold is not None:
            await self._looked.wait()
        listening.cancel()

    async def prove(self, question: str, kind: type[Connector], setting: Setting, state: SourceState) -> None:
        """Answer a question; an answer the bus does not take is asked for again."""
        proof = await proved(kind, setting, state)
        with suppress(Unavailable):
            await self._bus.answer(self._source, question, proof)
