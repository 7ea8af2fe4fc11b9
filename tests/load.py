"""Load on a bus: publishing, settling and archiving all at once, asking again while Redis is away."""

from collections.abc import Callable, Sequence

import anyio

from app.bus.port import Analysed
from app.bus.redis import RedisBus
from app.domain.analysis import AnalysedMention
from app.errors import BusUnavailable
from tests.traffic import said, work


class Load:
    """Publishes `many` mentions and takes them all the way."""

    def __init__(self, bus: RedisBus, many: int) -> None:
        self.bus = bus
        self.many = many
        self.accepted: set[str] = set()
        self.archived: set[str] = set()
        self.entries: dict[str, set[tuple[int, str]]] = {}
        """Mention key → where the archive met it; more than one place would be counted twice."""
        self.tallied: dict[tuple[int, str], int] = {}
        """Place of a tally delta → mentions in it."""
        self.outages = 0

    async def patiently(self, call, *arguments, **more):
        while True:
            try:
                return await call(*arguments, **more)
            except BusUnavailable:
                self.outages += 1
                await anyio.sleep(0.01)

    async def publish(self) -> None:
        for start in range(0, self.many, 50):
            batch = [said(n) for n in range(start, min(start + 50, self.many))]
            await self.patiently(self.bus.publish, batch)
            self.accepted.update(mention.key for mention in batch)

    async def analyse(self) -> None:
        while len(self.archived) < self.many:
            outages = self.outages
            await self.patiently(work, self.bus, "a", 100, ours=False)
            if outages != self.outages:  # answers got lost: what they held is pending for us
                await self.patiently(work, self.bus, claim=True, ours=False)

    async def archive(self) -> None:
        while len(self.archived) < self.many:
            entries = await self.patiently(self.bus.read_analysed, "archive", "a", 200, 20)
            self.met(entries)
            await self.patiently(self.bus.acknowledge, "archive", entries)
            await self.patiently(self.bus.trim)

    def met(self, entries: Sequence[Analysed]) -> None:
        """Note what the archive was given."""
        for entry in entries:
            place = (entry.partition, entry.id)
            if isinstance(entry.payload, AnalysedMention):
                self.archived.add(entry.payload.mention.key)
                self.entries.setdefault(entry.payload.mention.key, set()).add(place)
            if entry.delta:
                self.tallied[place] = sum(
                    number
                    for name, fields in entry.delta.items()
                    for field, number in fields.items()
                    if name.startswith("acme:m:") and field.endswith(":n")
                )

    @property
    def doubled(self) -> dict[str, set[tuple[int, str]]]:
        return {key: places for key, places in self.entries.items() if len(places) > 1}


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - a set and a process have no event
        await anyio.sleep(0.001)
