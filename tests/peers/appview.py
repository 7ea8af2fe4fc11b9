"""An AppView of our own: `app.bsky.actor.getProfiles` with its errors and its allowance.

By docs.bsky.app/docs/api/app-bsky-actor-get-profiles and docs.bsky.app/docs/advanced-guides/rate-limits, read
2026-11-22: at most 25 `actors`, unknown ones are left out, errors are `{"error", "message"}`, the
allowance is told by `RateLimit-*`.
"""

import asyncio
import time
from typing import Any

from aiohttp import web

from tests.peers.loopback import Loopback

MOST = 25


class FakeAppView(Loopback):
    """Serves the profiles it was given on loopback; `async with FakeAppView() as appview`."""

    def __init__(self) -> None:
        super().__init__()
        self.profiles: dict[str, dict[str, Any]] = {}
        self.asked: list[list[str]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.left = 3_000
        self.open = asyncio.Event()
        """Answers wait until it is set."""
        self.open.set()

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application()
        app.router.add_get("/xrpc/app.bsky.actor.getProfiles", self._answer)
        return app

    async def __aexit__(self, *args: object) -> None:
        self.open.set()
        await super().__aexit__(*args)

    def know(self, did: str, handle: str, followers: int, name: str = "") -> None:
        """Have a profile."""
        said = {"did": did, "handle": handle, "displayName": name or handle, "followersCount": followers}
        self.profiles[did] = said

    async def _answer(self, request: web.Request) -> web.Response:
        actors = request.query.getall("actors", [])
        self.asked.append(actors)
        await self.open.wait()
        self.left -= 1
        allowance = {
            "RateLimit-Limit": "3000",
            "RateLimit-Remaining": str(max(0, self.left)),
            "RateLimit-Reset": str(int(time.time()) + 300),
            "RateLimit-Policy": "3000;w=300",
        }
        if self.left < 0 or self.status == web.HTTPTooManyRequests.status_code:
            return _error(429, "RateLimitExceeded", "Rate Limit Exceeded", allowance | self.headers)
        if self.status != 200:
            return _error(self.status, "InternalServerError", "Internal Server Error", allowance)
        if not 1 <= len(actors) <= MOST:
            return _error(400, "InvalidRequest", "Error: Params must have at most 25 elements", allowance)
        known = [self.profiles[one] for one in actors if one in self.profiles]
        return web.json_response({"profiles": known}, headers=allowance)


def _error(status: int, error: str, message: str, headers: dict[str, str]) -> web.Response:
    return web.json_response({"error": error, "message": message}, status=status, headers=headers)
