"""Hacker News: every story and comment in the order of their numbers, and what becomes of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.domain.mention import Deletion, SourceEvent
from app.domain.source import Gap
from app.errors import SourceUnavailable
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.paced import site
from ingest.poll import Interval, polled
from ingest.web import Web, host_of
from ingest.wires.hackernews import CHANNEL, Told, item, number, updates

CHUNK = 64
"""Items that become one batch; also how far back a new source begins."""

REVIEWED = 1_500
"""Items before the place that are asked for again after a break: they can be edited for two hours."""

LONG_BREAK = 60.0
"""Seconds without an answer after which changes may have been missed."""

MOST_BEHIND = 100_000
"""Items that are caught up, about a week; what is older is a gap."""

GIVE_UP = 600.0
"""Seconds in which an item whose number is out has to appear."""

MOST_WAITING = 500
_ABSENT = frozenset({401, 403, 404, 410})


class HackerNewsOptions(BaseModel):
    """Where Hacker News is asked, and how hard."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field("https://hacker-news.firebaseio.com/v0", description="where the items are")
    pause: float = Field(15.0, ge=5, le=3_600, description="seconds between two rounds")
    at_once: int = Field(8, ge=1, le=32, description="items asked for at once")

    @field_validator("url")
    @classmethod
    def _web(cls, url: str) -> str:
        return site(url, "of the items: https://hacker-news.firebaseio.com/v0")


class _Place(msgspec.Struct):
    """The cursor: the first number not asked for, and the numbers that were out before their items, since when."""

    next: int | None = None
    waiting: dict[str, float] = {}


class HackerNewsConnector:
    """Asks for new items by number and for changed ones by the list of updates; goes on after a break where it was."""

    channel = CHANNEL
    Options = HackerNewsOptions
    terms = Terms(
        stored="Everything may be kept; what is deleted or killed there is deleted here.",
        deletions="rechecked",
        page="github.com/HackerNews/API and news.ycombinator.com/legal, read 2026-11-22",
    )

    def __init__(self, setting: Setting) -> None:
        if not isinstance(setting.options, HackerNewsOptions):
            raise TypeError("HackerNewsConnector needs HackerNewsOptions")
        self._setting, self._options = setting, setting.options
        self._place = _Place()
        self._latest: float | None = None
        """When the newest item was written: changed ones are older."""
        self._answered_at: float | None = None
        """When the list of updates was read last, on the clock that never runs backwards."""

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what is said from `cursor` on."""
        self._place = msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
        pause = self._options.pause
        async with self._web() as web:
            rounds = polled(self._setting, lambda: self._round(web), Interval(pause, 2 * pause))
            async with aclosing(rounds) as batches:
                async for batch in batches:
                    yield batch

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Ask after items: deleted and killed ones are gone."""
        numbers = [int(one) for one in ids if one.isdecimal()]
        async with self._web() as web:
            told = await self._items(web, numbers)
        there = {one.mention.id for one in told if one.mention}
        return Fates(gone=frozenset(one.gone for one in told if one.gone), there=frozenset(there))

    async def probe(self) -> str:
        """Ask for the newest number."""
        async with self._web() as web:
            newest = await self._newest(web)
        return f"{host_of(self._options.url)} answers; its newest item is {newest}."

    def _web(self) -> Web:
        return Web(self._setting)

    async def _round(self, web: Web) -> AsyncIterator[Batch]:
        newest = await self._newest(web)
        changed = await self._updates(web)
        resumed, place = self._place.next is not None, self._place
        begin = place.next if place.next is not None else max(1, newest - CHUNK + 1)
        if newest - begin > MOST_BEHIND:
            yield await self._skipped(web, begin, newest - MOST_BEHIND)
            begin = newest - MOST_BEHIND
        place.next = begin
        async for batch in self._again(web, [int(one) for one in place.waiting]):
            yield batch
        while place.next <= newest:
            numbers = range(place.next, min(place.next + CHUNK, newest + 1))
            yield await self._new(web, numbers)
        if resumed and self._was_away():
            changed = sorted({*changed, *range(max(1, begin - REVIEWED), begin)})
        async for batch in self._again(web, [one for one in changed if one < begin]):
            yield batch
        self._answered_at = self._setting.clock.monotonic()

    def _was_away(self) -> bool:
        since = self._answered_at
        return since is None or self._setting.clock.monotonic() - since > LONG_BREAK

    async def _new(self, web: Web, numbers: range) -> Batch:
        """Ask for items for the first time; what is gone already was never heard."""
        told = await self._items(web, numbers)
        now = self._setting.clock.now()
        late = {str(one): now for one, said in zip(numbers, told, strict=True) if said == Told()}
        waiting = list((self._place.waiting | late).items())[-MOST_WAITING:]
        self._place.next, self._place.waiting = numbers.stop, dict(waiting)
        return self._batch([said._replace(gone="") for said in told])

    async def _again(self, web: Web, numbers: list[int]) -> AsyncIterator[Batch]:
        """Ask for items once more: for those that were not there yet, and for changed ones."""
        for start in range(0, len(numbers), CHUNK):
            asked = numbers[start : start + CHUNK]
            told = await self._items(web, asked)
            deadline = self._setting.clock.now() - GIVE_UP
            for one, said in zip(asked, told, strict=True):
                if said != Told() or self._place.waiting.get(str(one), deadline) <= deadline:
                    self._place.waiting.pop(str(one), None)
            yield self._batch(told)

    async def _skipped(self, web: Web, first: int, last: int) -> Batch:
        """Say from when to when nothing is caught up."""
        told = await self._items(web, (first, last))
        times = [said.mention.published_at for said in told if said.mention]
        now = self._setting.clock.now()
        self._place.next = last
        since, until = (times[0], times[-1]) if times else (now, now)
        reason = f"More than {MOST_BEHIND:,} items were missed; only the newest are caught up."
        return Batch(cursor=self._cursor(), gap=Gap(since, until, reason))

    async def _newest(self, web: Web) -> int:
        newest = number((await web.get(f"{self._options.url}/maxitem.json")).body)
        if newest is None:
            raise SourceUnavailable(f"{host_of(self._options.url)} does not say which item is the newest.")
        return newest

    async def _updates(self, web: Web) -> list[int]:
        changed = updates((await web.get(f"{self._options.url}/updates.json")).body)
        if changed is None:
            raise SourceUnavailable(f"{host_of(self._options.url)} does not say which items have changed.")
        return changed

    async def _items(self, web: Web, numbers: Iterable[int]) -> list[Told]:
        """Ask for items, a few at once; what fails, fails as a whole."""
        gate = asyncio.Semaphore(self._options.at_once)

        async def ask(one: int) -> Told:
            async with gate:
                answer = await web.get(f"{self._options.url}/item/{one}.json", also=_ABSENT)
            return Told() if answer.status in _ABSENT else item(answer.body)

        asking = [asyncio.create_task(ask(one)) for one in numbers]
        try:
            return await asyncio.gather(*asking)
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)

    def _batch(self, told: Sequence[Told]) -> Batch:
        now = self._setting.clock.now()
        events: list[SourceEvent] = []
        for said in told:
            if said.mention:
                events.append(said.mention)
            elif said.gone:
                events.append(Deletion(CHANNEL, said.gone, now))
        faults = [said.fault for said in told if said.fault]
        times = [said.mention.published_at for said in told if said.mention]
        self._latest = max([*times, self._latest or 0.0]) or None
        self._setting.report("live", "")
        return Batch(
            events,
            self._cursor(),
            last_item_at=self._latest,
            received=len(told),
            unreadable=len(faults),
            fault=faults[0] if faults else "",
        )

    def _cursor(self) -> str:
        return msgspec.json.encode(self._place).decode()
