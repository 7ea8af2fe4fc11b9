"""The demo source: the fictional Nordlicht Strom, alive from the first second, with a firestorm on demand."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec
import structlog
from pydantic import BaseModel, ConfigDict, Field

from app.domain.mention import SourceEvent
from app.domain.tally import MinuteTally
from ingest.connector import Batch, History, Setting, Terms
from ingest.demo.generator import Generator
from ingest.demo.order import BRAND, LONGEST_STORM, TOPIC
from ingest.demo.storm import Storm

STEP = 0.5
"""Seconds between two looks at the clock: the wall moves at least this often."""
BATCH = 500
WINDOW = 300
"""Seconds caught up with at a time."""
RECENT = 3600
"""Seconds that are told as mentions; what is older only as tallies, or not at all."""
HISTORY = 14 * 1440
"""Minutes of tallies before that."""
AT_ONCE = 360
"""Minutes of history counted before looking up: stopping waits no longer."""
SIGN_OF_LIFE = 5.0
"""Seconds after which the cursor moves on though nobody said anything."""

log = structlog.get_logger("ingest")


class DemoOptions(BaseModel):
    """Which demo world, how fast and how talkative."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(7, description="another number is another world")
    speed: float = Field(
        1.0,
        gt=0,
        le=100,
        description="how many times faster life runs: more talk, shorter storms; time stamps stay true",
    )
    rate: float = Field(40.0, gt=0, le=6000, description="mentions in a minute of an average hour")


class Memory(msgspec.Struct, frozen=True):
    """What the cursor holds: everything up to `at` is told, nothing published before `since` was; the storm."""

    at: float
    since: float
    storm: Storm | None = None


class DemoConnector:
    """Tells the demo world second by second; a restart goes on from the cursor with the same mentions and ids."""

    channel = "demo"
    Options = DemoOptions
    terms = Terms("Everything: nobody has said it, it is made up.", deletions="none")

    def __init__(self, setting: Setting) -> None:
        options = setting.options
        if not isinstance(options, DemoOptions):
            raise TypeError("DemoConnector needs DemoOptions")
        self._setting, self._clock = setting, setting.clock
        self._speed = options.speed
        self._generator = Generator(options.seed, options.rate, options.speed)
        self._orders: deque[dict[str, str]] = deque()

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield the history at the first start, then the last hour at full speed, then life as it happens."""
        hearing = asyncio.create_task(self._hear())
        try:
            memory = self._recall(cursor)
            if cursor is None:
                yield Batch(history=await self._history(memory.since))
            self._setting.report("live", "")
            told = memory
            while True:
                memory = self._obey(memory)
                until = self._clock.now()
                async for batch, reached in self._tell(memory, until):
                    memory = reached
                    if batch.events or memory.storm != told.storm or memory.at - told.at > SIGN_OF_LIFE:
                        yield batch
                        told = memory
                await self._clock.sleep(STEP)
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing

    def _recall(self, cursor: str | None) -> Memory:
        earliest = (self._clock.now() - RECENT) // 60 * 60
        if cursor is None:
            return Memory(earliest - 0.001, earliest)
        return _forget(msgspec.json.decode(cursor, type=Memory), earliest)

    async def _history(self, end: float) -> tuple[History, ...]:
        brands = [brand.id for brand in self._setting.brands]
        if brands and BRAND not in brands:
            return ()
        starts = range(int(end) - HISTORY * 60, int(end), 60)
        minutes: list[MinuteTally] = []
        for first in range(0, len(starts), AT_ONCE):
            minutes += await asyncio.to_thread(self._tallies, starts[first : first + AT_ONCE])
        return (History(BRAND, tuple(minutes)),)

    def _tallies(self, starts: Sequence[int]) -> list[MinuteTally]:
        return [self._generator.tally(start) for start in starts]

    async def _tell(self, memory: Memory, until: float) -> AsyncIterator[tuple[Batch, Memory]]:
        """Yield what happened up to an instant in batches; the last of each window carries the cursor."""
        memory = _forget(memory, until - RECENT - 60)
        while memory.at < until:
            to = min(until, memory.at + WINDOW)
            ask = (memory.at, to, memory.storm, memory.since)
            long = to - memory.at > SIGN_OF_LIFE
            events = await asyncio.to_thread(self._generator.events, *ask) if long else self._generator.events(*ask)
            memory = msgspec.structs.replace(memory, at=to)
            *most, last = _batches(events)
            for part in most:
                yield Batch(part, received=len(part)), memory
            yield Batch(last, msgspec.json.encode(memory).decode(), received=len(last)), memory

    async def _hear(self) -> None:
        if self._setting.commands is not None:
            async for order in self._setting.commands(TOPIC):
                self._orders.append(order)

    def _obey(self, memory: Memory) -> Memory:
        """Return the memory after the orders heard; a storm begins with the next second, so nothing told changes."""
        at = max(memory.at, self._clock.now())
        storm = memory.storm
        if storm is not None and storm.over(at, self._speed):
            storm = None
        while self._orders:
            storm = self._change(storm, self._orders.popleft(), at)
        return msgspec.structs.replace(memory, storm=storm)

    def _change(self, storm: Storm | None, order: Mapping[str, str], at: float) -> Storm | None:
        soon = int(at) + 1
        match order:
            case {"do": "calm"}:
                running = storm is not None and storm.calmed is None
                return msgspec.structs.replace(storm, calmed=soon) if storm is not None and running else storm
            case {"do": "storm"} if storm is None or storm.fading(at, self._speed):
                minutes = order.get("minutes", "30")
                if minutes.isdecimal() and 0 < int(minutes) <= LONGEST_STORM:
                    return Storm(soon, int(minutes))
        log.warning("demo.order_ignored", order=dict(order))
        return storm


def _forget(memory: Memory, earliest: float) -> Memory:
    """Return a memory that leaves out what happened before `earliest` while nobody listened."""
    if memory.at >= earliest:
        return memory
    return msgspec.structs.replace(memory, at=earliest - 0.001, since=earliest)


def _batches(events: list[SourceEvent]) -> Iterator[list[SourceEvent]]:
    """Cut events into batches; an empty one if there are none."""
    for start in range(0, max(1, len(events)), BATCH):
        yield events[start : start + BATCH]
