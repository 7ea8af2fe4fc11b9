"""A Hacker News of our own: `maxitem`, `updates` and items, as its Firebase interface tells them.

By github.com/HackerNews/API (README, version v0), read 2026-11-22: items are JSON objects, what is not there is `null`,
deleted ones keep little but `deleted`, killed ones say `dead`; `updates` lists what changed of late.
"""

import asyncio
from typing import Any

from aiohttp import web

from tests.peers.loopback import Loopback


class FakeHackerNews(Loopback):
    """Serves items on loopback; `async with FakeHackerNews() as news`."""

    def __init__(self, first: int = 1) -> None:
        super().__init__()
        self.items: dict[int, dict[str, Any]] = {}
        self.changed: list[int] = []
        self.hidden: set[int] = set()
        """Numbers that are out, but whose items are not there yet."""
        self.status = 200
        self.asked: list[int] = []
        self.at_once = 0
        """How many items were asked for at the same time, at most."""
        self._first, self._open = first, 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{super().url}/v0"

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/v0/maxitem.json", self._maxitem)
        app.router.add_get("/v0/updates.json", self._updates)
        app.router.add_get("/v0/item/{id}.json", self._item)
        return app

    def say(self, text: str, *, at: float = 1_795_000_000.0, **more: Any) -> int:
        """Have somebody comment; returns the number."""
        number = self._first + len(self.items)
        said = {"id": number, "type": "comment", "by": "anna", "time": int(at), "text": text, "parent": self._first}
        self.items[number] = said | more
        return number

    def change(self, number: int, **fields: Any) -> None:
        """Change an item, and say so in the list of updates."""
        self.items[number] |= fields
        self.changed = [*self.changed[-99:], number]

    def delete(self, number: int) -> None:
        """Have an item deleted by its author."""
        kept = ("id", "type", "time", "parent")
        self.items[number] = {key: self.items[number][key] for key in kept} | {"deleted": True}
        self.changed = [*self.changed[-99:], number]

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.status != 200:
            return web.json_response({"error": "not now"}, status=self.status)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _maxitem(self, _: web.Request) -> web.Response:
        return web.json_response(self._first + len(self.items) - 1)

    async def _updates(self, _: web.Request) -> web.Response:
        return web.json_response({"items": self.changed, "profiles": ["anna"]})

    async def _item(self, request: web.Request) -> web.Response:
        number = int(request.match_info["id"])
        self.asked.append(number)
        self._open += 1
        self.at_once = max(self.at_once, self._open)
        await asyncio.sleep(0)
        self._open -= 1
        return web.json_response(None if number in self.hidden else self.items.get(number))
