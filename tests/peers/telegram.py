"""A Bot API server of our own: `getMe` and `getUpdates` with offset, limit and its errors.

By core.telegram.org/bots/api#getupdates and #making-requests, read 2026-11-22: an update is confirmed and forgotten as
soon as `getUpdates` is called with a higher offset; 401 and 404 for unknown tokens, 409 while another one asks or a
webhook is set, 429 with `Retry-After`.
"""

import asyncio
from typing import Any

from aiohttp import web

from tests.peers.loopback import Loopback

TOKEN = "123456:made-up"


class FakeTelegram(Loopback):
    """Holds updates until they are confirmed; `async with FakeTelegram() as telegram`."""

    def __init__(self) -> None:
        super().__init__()
        self.updates: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.status = 200
        self.pause = 0.0
        """Seconds an answer to `getUpdates` takes."""

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application()
        app.router.add_get("/bot{token}/{method}", self._answer)
        return app

    def say(self, number: int, text: str) -> None:
        """Let a person write to the bot."""
        chat = {"id": 70, "type": "private"}
        message = {"message_id": number, "from": chat, "chat": chat, "date": 1_795_280_000, "text": text}
        self.updates.append({"update_id": 1_000 + number, "message": message})

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if request.match_info["token"] != TOKEN:
            return _refusal(401, "Unauthorized")
        if self.status != 200:
            return _refusal(self.status, "Made up")
        if request.match_info["method"] == "getMe":
            return web.json_response({"ok": True, "result": {"id": 1, "is_bot": True, "username": "leitstand_bot"}})
        offset = int(request.query.get("offset", 0))
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        await asyncio.sleep(self.pause if self.updates else max(self.pause, 0.01))
        return web.json_response({"ok": True, "result": self.updates[: int(request.query["limit"])]})


def _refusal(status: int, description: str) -> web.Response:
    headers = {"Retry-After": "7"} if status == 429 else {}
    return web.json_response(
        {"ok": False, "error_code": status, "description": description}, status=status, headers=headers
    )
