"""A Mastodon of our own: public and hashtag timelines, single statuses and streams, with documented errors and limits.

By docs.joinmastodon.org, methods/timelines, methods/statuses, methods/streaming, api/rate-limits and api/guidelines
(pagination), read 2026-11-22: pages of at most 40, newest first; `min_id` gives what comes right behind it; 401
without a token where the preview is off (422 before 4.2); 404 with `{"error": "Record not found"}`; at most 20 `id[]`.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.peers.loopback import Loopback

ALLOWED = 300
MOST, AT_ONCE = 40, 20
TOKEN = "t0ken-of-a-test"


class FakeMastodon(Loopback):
    """One instance on loopback; `async with FakeMastodon() as instance`."""

    def __init__(self, port: int = 0, *, name: str = "") -> None:
        super().__init__(port)
        self._name = name
        self.statuses: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.preview: int = 200
        """What an anonymous question for a timeline gets; 401 or 422 where the preview is off."""
        self.streaming = 200
        """What a question for a stream gets."""
        self.left = ALLOWED
        self.resets_at = 4_000_000_000.0
        self.index = True
        """Whether `GET /api/v1/statuses` is known, as from 4.3 on."""
        self.streams_at = ""
        """Where the instance's description says that it streams, `host:port`; empty: here."""
        self._next = 0
        self._gone = False
        self._lines: list[tuple[web.StreamResponse, str, str]] = []

    @property
    def home(self) -> str:
        """How its own statuses are named; as at its address unless it has a name."""
        return f"https://{self._name}" if self._name else self.url

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._lines)

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/api/v2/instance", self._about)
        app.router.add_get("/api/v1/timelines/public", self._timeline)
        app.router.add_get("/api/v1/timelines/tag/{tag}", self._timeline)
        app.router.add_get("/api/v1/statuses", self._many)
        app.router.add_get("/api/v1/statuses/{id}", self._one)
        app.router.add_get("/api/v1/streaming/{kind:public|public/local|public/remote|hashtag}", self._stream)
        return app

    async def __aexit__(self, *args: object) -> None:
        await self.hang_up()
        await super().__aexit__(*args)

    # What happens there

    async def post(
        self, text: str, *, at: float = 1_795_000_000.0, acct: str = "anna", uri: str = "", **more: Any
    ) -> dict[str, Any]:
        """Have somebody say something; HTML as servers make it."""
        self._next += 1
        local = str((int(at * 1_000) << 16) + self._next)
        user, _, host = acct.partition("@")
        home = f"https://{host}" if host else self.home
        status = {
            "id": local,
            "uri": uri or f"{home}/users/{user}/statuses/{local}",
            "url": f"{home}/@{user}/{local}",
            "created_at": _iso(at),
            "content": f"<p>{text}</p>",
            "spoiler_text": "",
            "visibility": "public",
            "language": "de",
            "in_reply_to_id": None,
            "edited_at": None,
            "reblog": None,
            "favourites_count": 0,
            "replies_count": 0,
            "reblogs_count": 0,
            "account": {
                "acct": acct,
                "url": f"{home}/@{user}",
                "display_name": user.title(),
                "followers_count": 1_204,
                "created_at": "2017-04-05T00:00:00.000Z",
            },
            **more,
        }
        self.statuses[local] = status
        await self._tell("update", json.dumps(status), status)
        return status

    async def edit(self, status: dict[str, Any], text: str, at: float) -> None:
        """Have a status changed."""
        status |= {"content": f"<p>{text}</p>", "edited_at": _iso(at)}
        await self._tell("status.update", json.dumps(status), status)

    async def delete(self, status: dict[str, Any]) -> None:
        """Have a status vanish."""
        del self.statuses[status["id"]]
        await self._tell("delete", status["id"], status)

    async def say(self, text: str) -> None:
        """Write anything into every stream."""
        for line, _, _ in list(self._lines):
            await line.write(text.encode())

    async def hang_up(self) -> None:
        """End every stream."""
        for line, _, _ in list(self._lines):
            if line.task:
                line.task.cancel()
        self._lines.clear()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Answer nothing but 503 for a while, and end what is open."""
        self._gone = True
        await self.hang_up()
        yield
        self._gone = False

    async def _tell(self, event: str, payload: str, status: dict[str, Any]) -> None:
        for line, kind, tag in list(self._lines):
            if _wanted(status, tag) and kind != "public/remote":
                try:
                    await line.write(f"event: {event}\ndata: {payload}\n\n".encode())
                except (ConnectionError, RuntimeError):
                    continue

    # Inside

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self._gone:
            return web.Response(status=503, text="Service Unavailable")
        self.requests.append(request.path_qs)
        self.left -= 1
        limits = {
            "X-RateLimit-Limit": str(ALLOWED),
            "X-RateLimit-Remaining": str(max(0, self.left)),
            "X-RateLimit-Reset": _iso(self.resets_at),
        }
        if self.left < 0:
            return web.json_response({"error": "Too many requests"}, status=429, headers=limits)
        known = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        if "Authorization" in request.headers and not known:
            return web.json_response({"error": "The access token is invalid"}, status=401, headers=limits)
        if "/streaming/" in request.path and not known:
            return web.json_response({"error": "Missing access token"}, status=401, headers=limits)
        if "/timelines/" in request.path and self.preview != 200 and not known:
            said = "This method requires an authenticated user"
            return web.json_response({"error": said}, status=self.preview, headers=limits)
        answer: web.StreamResponse = await handler(request)
        if not answer.prepared:
            answer.headers.update(limits)
        return answer

    async def _about(self, request: web.Request) -> web.Response:
        urls = {"streaming": f"ws://{self.streams_at or f'127.0.0.1:{self.port}'}"}
        return web.json_response({"domain": "fake.example", "version": "4.5.0", "configuration": {"urls": urls}})

    async def _timeline(self, request: web.Request) -> web.Response:
        tag = request.match_info.get("tag", "")
        limit = min(MOST, int(request.query.get("limit", "20")))
        found = sorted((int(local) for local, one in self.statuses.items() if _wanted(one, tag)), reverse=True)
        if least := request.query.get("min_id"):
            found = [one for one in found if one > int(least)][-limit:]
        page = [self.statuses[str(one)] for one in found[:limit]]
        headers = {}
        if page:
            here = f"{self.url}{request.path}"
            headers["Link"] = (
                f'<{here}?max_id={page[-1]["id"]}>; rel="next", <{here}?min_id={page[0]["id"]}>; rel="prev"'
            )
        return web.json_response(page, headers=headers)

    async def _many(self, request: web.Request) -> web.Response:
        asked = request.query.getall("id[]", [])
        if not self.index:
            return web.json_response({"error": "Not Found"}, status=404)
        if len(asked) > AT_ONCE:
            return web.json_response({"error": "Validation failed"}, status=422)
        return web.json_response([self.statuses[one] for one in asked if one in self.statuses])

    async def _one(self, request: web.Request) -> web.Response:
        found = self.statuses.get(request.match_info["id"])
        if found is None:
            return web.json_response({"error": "Record not found"}, status=404)
        return web.json_response(found)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self.streaming != 200:
            return web.json_response({"error": "not now"}, status=self.streaming)
        line = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await line.prepare(request)
        await line.write(b":)\n")
        entry = (line, request.match_info["kind"], request.query.get("tag", ""))
        self._lines.append(entry)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            if entry in self._lines:
                self._lines.remove(entry)
        return line


def _wanted(status: dict[str, Any], tag: str) -> bool:
    return not tag or f"#{tag}" in status["content"]


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@asynccontextmanager
async def two_instances() -> AsyncIterator[tuple[FakeMastodon, FakeMastodon]]:
    """Two instances with names of their own."""
    async with FakeMastodon(name="one.example") as one, FakeMastodon(name="two.example") as two:
        yield one, two
