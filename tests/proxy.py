"""A TCP proxy of our own between the services and Redis: a line that can be cut, refused, slowed and swallowed."""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self

CHUNK = 65_536
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset, as a crashed peer or a firewall does."""


class Proxy:
    """Forwards a port of loopback to `target` (the path of a unix socket, or a port), from a thread of its own."""

    def __init__(self, target: str | int) -> None:
        self.port = 0
        self.cuts = 0
        """How many connections were cut so far."""
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._latency, self._rate = 0.0, float("inf")
        self._answers = 0
        self._swallowing = False

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        """What REDIS_URL has to say."""
        return f"redis://127.0.0.1:{self.port}"

    # What may happen to a line

    def cut(self) -> None:
        """Reset every connection."""
        self._do(self._cut())

    def refuse(self, seconds: float) -> None:
        """Reset every connection and let nobody connect for a while."""
        self._do(self._close())
        time.sleep(seconds)
        self._do(self._listen())

    def slow(self, latency: float, rate: float, seconds: float) -> None:
        """Hold every piece back for `latency` seconds and let through `rate` bytes a second, for a while."""
        self._latency, self._rate = latency, rate
        time.sleep(seconds)
        self._latency, self._rate = 0.0, float("inf")

    def swallow(self, seconds: float) -> None:
        """Take bytes and forward none, in both directions; then reset the connections that lost some."""
        self._swallowing = True
        time.sleep(seconds)
        self._swallowing = False
        self.cut()

    def cut_answers(self, count: int) -> None:
        """Let Redis do its work and reset the connection instead of answering, the next `count` times."""
        self._answers = count

    @property
    def armed(self) -> int:
        """How many answers are still to be cut off."""
        return self._answers

    @property
    def is_slow(self) -> bool:
        """Whether pieces are held back."""
        return bool(self._latency) or self._rate < float("inf")

    # Inside

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        await self._cut()

    async def _end(self) -> None:
        await self._close()
        serving = asyncio.all_tasks() - {asyncio.current_task()}
        if serving:
            await asyncio.wait(serving)

    async def _cut(self) -> None:
        for line in list(self._lines):
            self._drop(line)

    def _drop(self, line: asyncio.StreamWriter) -> None:
        self.cuts += 1
        with suppress(OSError):  # closed by itself just now
            line.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        line.transport.abort()

    async def _serve(self, asking: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self._target, str):
                answering, forth = await asyncio.open_unix_connection(self._target)
            else:
                answering, forth = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            back.transport.abort()
            return
        self._lines.add(back)
        try:
            pumps = [
                asyncio.ensure_future(self._pump(asking, forth)),
                asyncio.ensure_future(self._pump(answering, back, answers=True)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
            await asyncio.wait(pumps)
        finally:
            self._lines.discard(back)
            back.transport.abort()
            forth.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool = False) -> None:
        with suppress(OSError):
            while piece := await source.read(CHUNK):
                if self._swallowing:
                    continue
                if answers and self._answers > 0:
                    self._answers -= 1
                    self._drop(sink)
                    return
                if self.is_slow:
                    await asyncio.sleep(self._latency + len(piece) / self._rate)
                sink.write(piece)
                await sink.drain()
