"""The source of a drill: a scenario, or a recording moved to now, around it the talk of any day."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from app.domain.mention import Deletion, Mention, SourceEvent
from app.domain.tally import MinuteTally
from app.errors import WrongInput
from app.marking import mark_of
from app.scenarios import calm, scenario
from ingest.connector import Batch, History, Setting, Terms
from ingest.recording import instant, lines, shifted
from ingest.scenario.player import Player, Stage, quiet_past, usual_rates

STEP = 0.5
RECENT = 30
"""Minutes of talk before the beginning that are told as mentions; what is older only as counts."""
PAST = 14 * 1440
BUSIEST = 120.0
"""Mentions a minute of the talk around a storm at most."""
SMALL, LARGEST = 3.0, 15.0
"""Usual mentions a minute up to which a storm is played as written, and how many times as large it gets at most."""
BATCH = 500
TOPIC = "drill"
"""The topic of the bus on which the player is told to begin, and that we said something."""


class ScenarioOptions(BaseModel):
    """Which storm, in which language, about whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: str = Field("", description="id of a scenario that is shipped")
    recording: Path | None = Field(None, description="or an NDJSON file of mentions")
    language: str = Field("de", pattern="^(de|en)$", description="de or en")
    name: str = Field(description="the brand's name, as people write it")
    account: str = Field("", description="our account, that says our standard words")
    speed: float = Field(1.0, gt=0, le=60, description="how many times faster the story runs")
    seed: int = Field(7, description="another number is another storm")
    past: Path | None = Field(None, description="what is usual of the brand: past minutes, as the drill wrote them")
    rate: float = Field(0.5, gt=0, le=BUSIEST, description="mentions a minute of any day, where nothing is known")


class Memory(msgspec.Struct, frozen=True):
    """What the cursor holds: up to when talk is told, and the story: since when, how far, when it was answered."""

    at: float
    began: float | None = None
    told: int = 0
    """Lines of the recording that are told."""
    answered: float | None = None
    """In minutes of the story."""


class ScenarioConnector:
    """Plays a storm when it is told to; runs only in the space of a drill."""

    channel = "scenario"
    local = True
    Options = ScenarioOptions
    terms = Terms("Everything: nobody has said it, it is made up for a drill.", deletions="none")

    def __init__(self, setting: Setting) -> None:
        options = setting.options
        if not isinstance(options, ScenarioOptions):
            raise TypeError("ScenarioConnector needs ScenarioOptions")
        self._setting, self._options, self._clock = setting, options, setting.clock
        told = scenario(options.scenario) if options.scenario else None
        stage = Stage(told, calm(options.language), options.language, options.name, options.account, options.seed)
        self._player, self._scenario = Player(stage), told
        self._orders: deque[dict[str, str]] = deque()
        self._rates: list[float] = []

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield the past as counts, half an hour of talk, then life; the story from the order to begin on."""
        if mark_of(self._setting.data) is None:
            raise WrongInput("A scenario is played in a drill only: emberwatch drill SCENARIO.")
        hearing = asyncio.create_task(self._hear())
        try:
            past = await asyncio.to_thread(self._past)
            self._rates = usual_rates(past)
            memory = self._recall(cursor)
            if cursor is None:
                brand = next(brand.id for brand in self._setting.brands if brand.name == self._options.name)
                yield Batch(history=(History(brand, tuple(one for one in past if one.start < memory.at)),))
            self._setting.report("live", "")
            while True:
                memory = self._obey(memory)
                events, memory = self._step(memory, self._clock.now())
                for place in range(0, max(1, len(events)), BATCH):
                    part = events[place : place + BATCH]
                    last = place + BATCH >= len(events)
                    yield Batch(part, msgspec.json.encode(memory).decode() if last else None, received=len(part))
                await self._clock.sleep(STEP)
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing

    def _recall(self, cursor: str | None) -> Memory:
        if cursor is None:
            return Memory(self._clock.now() // 60 * 60 - RECENT * 60)
        return msgspec.json.decode(cursor, type=Memory)

    def _past(self) -> tuple[MinuteTally, ...]:
        file, options = self._options.past, self._options
        if file is not None:
            return msgspec.msgpack.decode(file.read_bytes(), type=tuple[MinuteTally, ...])
        end = int(self._clock.now()) // 60 * 60 - RECENT * 60
        return quiet_past(options.seed, options.rate, end, PAST)

    def _step(self, memory: Memory, now: float) -> tuple[list[SourceEvent], Memory]:
        """Return what happened since, in order of time, and the memory after it."""
        before, events = memory.at, list[Mention | Deletion]()
        for start in range(int(before) // 60 * 60, int(now) + 1, 60):
            rate = min(BUSIEST, self._rates[start % 86_400 // 3600])
            events += [one for one in self._player.talk(start, rate) if before < one.published_at <= now]
        memory = msgspec.structs.replace(memory, at=now)
        if memory.began is not None and self._scenario is not None:
            events += self._story(memory, memory.began, before)
        elif memory.began is not None and self._options.recording is not None:
            found, told = self._recorded(self._options.recording, memory, memory.began)
            events, memory = events + found, msgspec.structs.replace(memory, told=told)
        return [*sorted(events, key=instant)], memory

    def _story(self, memory: Memory, began: float, before: float) -> list[Mention | Deletion]:
        """Return the posts of the story that have come since `before`."""
        span, times = 60 / self._options.speed, self._times(began)
        minutes = range(max(0, int((before - began) / span)), max(0, int((memory.at - began) / span) + 1))
        return [
            one
            for number in minutes
            for one in self._player.minute(number, began + number * span, span, self._answered(memory, number), times)
            if before < one.published_at <= memory.at
        ]

    def _times(self, began: float) -> float:
        """Return how much larger than written the storm has to be to be one, for what is usual of the brand then."""
        return min(LARGEST, max(1.0, self._rates[int(began) % 86_400 // 3600] / SMALL))

    def _answered(self, memory: Memory, minute: int) -> float | None:
        return memory.answered if memory.answered is not None and memory.answered <= minute else None

    def _recorded(self, path: Path, memory: Memory, began: float) -> tuple[list[Mention | Deletion], int]:
        """Return the events of the recording that are due, moved to the beginning of the drill, and the last line."""
        due: list[Mention | Deletion] = []
        told, first = memory.told, None
        with path.open("rb") as file:
            for line in lines(file, memory.at):
                if line.event is None:
                    continue
                at = instant(line.event)
                first = at if first is None else first
                moved = began - first - (at - first) * (1 - 1 / self._options.speed)
                if at + moved > memory.at:
                    break
                if line.number > told:
                    due.append(shifted(line.event, moved))
                    told = line.number
        return due, told

    async def _hear(self) -> None:
        if self._setting.commands is not None:
            async for order in self._setting.commands(TOPIC):
                self._orders.append(order)

    def _obey(self, memory: Memory) -> Memory:
        """Return the memory after the orders heard: the story begins now, or we have said something."""
        while self._orders:
            match self._orders.popleft():
                case {"do": "begin", "at": at} if memory.began is None:
                    memory = msgspec.structs.replace(memory, began=max(float(at), memory.at + 0.001))
                case {"do": "statement", "at": at} if memory.began is not None and memory.answered is None:
                    minute = (float(at) - memory.began) * self._options.speed / 60
                    memory = msgspec.structs.replace(memory, answered=minute)
                case _:
                    continue
        return memory
