"""A hook as a port: how a channel that calls us is believed, read, and waited for."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Protocol

from app.domain.instant import rfc3339
from app.domain.source import Gap
from ingest.connector import Batch, Setting, topic
from ingest.wires.heard import Heard

MARK = 60.0
"""Seconds between two marks of having listened; what lies between the last mark and the next start is known as away."""


class Hook(Protocol):
    """What a connector that is called by its channel offers as the class method `hook(options) -> Hook`.

    The router (`ingest.hooks`) asks it within the web server; nothing of a call counts before `trusted` has said yes.

    A call that only points at what was said may be completed by a method `async complete(heard, setting)`; it raises
    `SourceUnavailable` to be called again.
    """

    largest: int
    """Bytes a call may have."""

    def missing(self) -> str:
        """Return which credential is missing and where to get it, as a sentence; empty if none is."""

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Return what a GET has to be answered with to prove that the address is ours; None to refuse."""

    def trusted(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether the call comes from the channel."""

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Heard:
        """Read what was called; never raises."""


async def called(
    setting: Setting, cursor: str | None, sentence: str, redelivered: float | None = None
) -> AsyncIterator[Batch]:
    """Wait for ever for what the web server took for this source, and yield its figures.

    With `redelivered`, the seconds for which the channel calls again what we did not take, the cursor marks that we
    listen; a longer absence is yielded as a gap.
    """
    setting.report("idle", sentence)
    if redelivered is not None and (away := _away(cursor, setting.clock.now(), redelivered)):
        yield Batch(gap=away)
    if setting.commands is None:
        return
    news = setting.commands(topic(setting.source))
    coming = asyncio.ensure_future(_next(news))
    try:
        while True:
            if redelivered is not None:
                yield Batch(cursor=str(setting.clock.now()))
            if await _within(setting, coming, None if redelivered is None else MARK):
                batch = figures(coming.result())
                coming = asyncio.ensure_future(_next(news))
                setting.report("live", "")
                yield batch
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await coming


def figures(told: Mapping[str, str]) -> Batch:
    """Return what the reception told of one call."""
    return Batch(
        received=int(told.get("received", 0)),
        matched=int(told.get("matched", 0)),
        last_item_at=float(told.get("newest", 0)) or None,
        unreadable=int(told.get("unreadable", 0)),
        fault=told.get("fault", ""),
    )


async def _next(news: AsyncIterator[dict[str, str]]) -> dict[str, str]:
    return await anext(news)


async def _within(setting: Setting, coming: asyncio.Future[Any], seconds: float | None) -> bool:
    """Wait for news, at most so long by the source's clock."""
    if seconds is None:
        await asyncio.wait({coming})
        return True
    pause = asyncio.ensure_future(setting.clock.sleep(seconds))
    try:
        await asyncio.wait({coming, pause}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        pause.cancel()
        with suppress(asyncio.CancelledError):
            await pause
    return coming.done()


def _away(cursor: str | None, now: float, redelivered: float) -> Gap | None:
    """Return the time that nobody will tell us of any more."""
    try:
        since = float(cursor or "nan")
    except ValueError:
        return None
    if not math.isfinite(since) or now - since <= redelivered + 2 * MARK:
        return None
    until = now - redelivered
    again = f"The channel calls again for {redelivered / 3600:.0f} h only" if redelivered else "The channel calls once"
    return Gap(since, until, f"Nobody listened from {rfc3339(since)} to {rfc3339(now)}. {again}: what came is lost.")
