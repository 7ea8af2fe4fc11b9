"""What servers of ours have in common: a port of loopback, a list of what was asked, refusals and cuts on demand."""

import asyncio
import random
from collections import deque
from typing import Any

from aiohttp import web

from tests.peers.loopback import Loopback


class Peer(Loopback):
    """Answers every request by `answer`; `async with` it.

    `refusals` are given first, one a request; `cut(n)` breaks off the next n answers after some of their bytes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[web.Request] = []
        self.refusals: deque[web.Response] = deque()
        self.cuts = 0
        """How many answers were broken off."""
        self.pause = 0.0
        """Seconds between two thirds of an answer, at most."""
        self._cut = 0
        self._draw = random.Random(7)

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        return app

    def cut(self, answers: int) -> None:
        """Break off the next answers."""
        self._cut += answers

    def paths(self) -> list[str]:
        """Return what was asked for, without queries."""
        return [request.path for request in self.asked]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        raise NotImplementedError

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if self.refusals:
            return self.refusals.popleft()
        answer = await self.answer(request)
        if self.pause and isinstance(answer, web.Response):
            return await self._slowly(request, answer)
        if self._cut and isinstance(answer, web.Response):
            self._cut -= 1
            self.cuts += 1
            return await self._broken(request, answer)
        return answer

    async def _slowly(self, request: web.Request, whole: web.Response) -> web.StreamResponse:
        body = whole.body if isinstance(whole.body, bytes) else b""
        slow = web.StreamResponse(status=whole.status, headers=whole.headers)
        if body:
            slow.content_length = len(body)
        await slow.prepare(request)
        third = len(body) // 3 + 1
        for start in range(0, len(body), third):
            await asyncio.sleep(self._draw.uniform(0, self.pause))
            await slow.write(body[start : start + third])
        await slow.write_eof()
        return slow

    async def _broken(self, request: web.Request, whole: web.Response) -> web.StreamResponse:
        body = whole.body if isinstance(whole.body, bytes) else b""
        partial = web.StreamResponse(headers={"Content-Length": str(len(body) + 1)})
        transport = request.transport
        if transport is not None and self._draw.random() < 0.3:
            transport.abort()
        await partial.prepare(request)
        await partial.write(body[: self._draw.randint(0, len(body))] or b" ")
        if transport is not None:
            transport.abort()
        return partial


def told(value: Any, status: int = 200, **headers: str) -> web.Response:
    """Return a JSON answer; underscores in the names of headers stand for hyphens."""
    return web.json_response(
        value, status=status, headers={key.replace("_", "-"): said for key, said in headers.items()}
    )
