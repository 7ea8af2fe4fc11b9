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
    reading = asyncio.create_task(_read(lines, waiting))
    try:
        while (line := await waiting.get()) is not None:
            some = [line]
            with suppress(TimeoutError):
                async with asyncio.timeout(WINDOW):
                    while len(some) < MOST and (line := await waiting.get()) is not None:
                        some.append(line)
            yield some
            if line is None:
                break
        await reading
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _read(lines: AsyncIterator[str], waiting: asyncio.Queue[str | None]) -> None:
    """Hand on line after line, then None, whatever ended them."""
    try:
        async for line in lines:
            await waiting.put(line)
    finally:
        if (task := asyncio.current_task()) is None or not task.cancelling():
            await waiting.put(None)
