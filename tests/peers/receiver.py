"""A receiver of web requests on loopback: keeps what came, and answers as its script says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import web

DROP, HANG = "drop", "hang"


class Came(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers 200 once its script is over; a step is a status, a status with headers, DROP or HANG."""

    def __init__(self) -> None:
        self.came: list[Came] = []
        self.script: list[int | str | tuple[int, dict[str, str]]] = []
        self.answer = "{}"
        self.port = 0
        self._gone = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.came.append(Came(request.method, request.path_qs, dict(request.headers), body))
        step = self.script.pop(0) if self.script else 200
        if step == DROP:
            request.transport.abort()
            return web.Response()
        if step == HANG:
            await self._gone.wait()
            return web.Response()
        status, headers = step if isinstance(step, tuple) else (step, {})
        return web.Response(status=status, headers=headers, text=self.answer, content_type="application/json")

    def release(self) -> None:
        """Answer what hangs."""
        self._gone.set()

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator["Receiver"]:
        made = cls()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", made.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        made.port = site._server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            made._gone.set()
            lines = [one.transport for one in runner.server.connections if one.transport is not None]
            await runner.cleanup()
            for line in lines:  # of who was killed a moment ago, too
                line.abort()
            await asyncio.sleep(0)
