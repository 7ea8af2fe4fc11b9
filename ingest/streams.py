"""Streams: several lines of server-sent events heard as one, opened anew for ever."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Self

from app.errors import SourceUnavailable
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch, Setting
from ingest.poll import told
from ingest.web import Web, host_of
from ingest.wires.sse import Event, Lines

WAITING = 10_000
"""Events that may wait; then the line waits, and in the end the server."""

BATCH = 500
WINDOW = 0.01
"""Seconds events are gathered after the first."""

FIRST_PAUSE = 0.25
"""Seconds before the first attempt to come back, doubled each time."""

Heard = tuple[str, Event]


class Streams:
    """Open streams by name; entering returns once all of them are open, or raises what kept one shut."""

    def __init__(self, web: Web, addresses: Mapping[str, str]) -> None:
        self._web, self._addresses = web, addresses
        self._heard: asyncio.Queue[Heard | SourceUnavailable | None] = asyncio.Queue(WAITING)
        self._broken: SourceUnavailable | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        opened = [asyncio.get_running_loop().create_future() for _ in self._addresses]
        lines = [
            asyncio.create_task(self._hear(name, address, future))
            for (name, address), future in zip(self._addresses.items(), opened, strict=True)
        ]
        self._stack.push_async_callback(_end, lines)
        try:
            await asyncio.gather(*opened)
        except BaseException:
            await self._stack.aclose()
            for future in opened:
                future.cancel()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def next(self, alive: Callable[[], None]) -> list[Heard]:
        """Wait for events and return them; `alive` is called at each heartbeat. Raises what broke a line."""
        if self._broken is not None:
            raise self._broken
        found: list[Heard] = []
        deadline: float | None = None
        while len(found) < BATCH:
            try:
                async with asyncio.timeout_at(deadline):
                    one = await self._heard.get()
            except TimeoutError:
                break
            if one is None:
                alive()
            elif isinstance(one, SourceUnavailable):
                if not found:
                    raise one
                self._broken = one  # what was read before the line broke is delivered first
                break
            else:
                found.append(one)
                deadline = deadline or asyncio.get_running_loop().time() + WINDOW
        return found

    async def _hear(self, name: str, address: str, opened: asyncio.Future[None]) -> None:
        try:
            async with self._web.lines(address, headers={"Accept": "text/event-stream"}) as lines:
                opened.set_result(None)
                reader = Lines()
                async for line in lines:
                    event = reader.take(line)
                    if event is not None:
                        await self._heard.put((name, event))
                    elif line.startswith(":"):
                        await self._heard.put(None)
            failure = SourceUnavailable(f"{host_of(address)} closed the stream; connecting anew.", "network")
        except SourceUnavailable as away:
            failure = away
        if opened.done():
            await self._heard.put(failure)
        else:
            opened.set_exception(failure)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def kept_open(
    setting: Setting, open_one: Callable[[], AsyncGenerator[Batch, None]]
) -> AsyncGenerator[Batch, None]:
    """Yield what session after session brings, for ever; each ends by raising `SourceUnavailable`.

    A session that brought something begins the pauses anew. Health is reported here while it is away, by the session
    itself while it is live.
    """
    failures = 0
    while True:
        try:
            async with aclosing(open_one()) as session:
                async for batch in session:
                    failures = 0
                    yield batch
        except SourceUnavailable as away:
            heed_cancellation()
            failures += 1
            pause = told(setting, away, FIRST_PAUSE * 2.0 ** min(failures, 12))
        await setting.clock.sleep(pause)
