"""The clock as a port, so that tests and simulations bring their own time."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; nothing in the house calls `time.time()` itself."""

    def now(self) -> float:
        """Return the UTC instant in seconds since the epoch."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Return the UTC instant in seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that a test or a simulation moves by hand; `sleep` moves it and returns at once."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now
        self._start = now

    def now(self) -> float:
        """Return the instant it was set to."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds since it was made."""
        return self._now - self._start

    async def sleep(self, seconds: float) -> None:
        """Move on by `seconds` and let others run."""
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self._now += seconds
