"""Lines of a stream, gathered: those that come shortly after one another are handed on together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

MOST = 500
WINDOW = 0.05
"""Seconds that are waited for more after the first line."""


async def gathered(lines: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    """Yield the lines of a stream in lists, in their order; raises what the stream raises, after all it gave."""
    waiting: asyncio.Queue[str | None] = asyncio.Queue(2 * MOST)

    async def read() -> None:
        try:
            async for line in lines:
                await waiting.put(line)
        finally:
            with suppress(asyncio.QueueFull):
                waiting.put_nowait(None)

    reading = asyncio.create_task(read())
    try:
        while not (reading.done() and waiting.empty()):
            first = await _next(waiting, reading)
            if first is None:
                break
            some = [first]
            with suppress(TimeoutError):
                async with asyncio.timeout(WINDOW):
                    while len(some) < MOST and (line := await _next(waiting, reading)) is not None:
                        some.append(line)
            yield some
        await reading
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _next(waiting: asyncio.Queue[str | None], reading: asyncio.Task[None]) -> str | None:
    """Return the next line, None once there are no more."""
    if reading.done() and waiting.empty():
        return None
    return await waiting.get()
