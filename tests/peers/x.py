"""An X API v2 of our own: rules, the filtered stream, recent search, lookup and usage, with their errors.

By docs.x.com (filtered stream, handling disconnections, search posts, post lookup, usage, response codes and errors),
read 2026-11-22: a line break at least every 20 s, one stream at a time, rules by tag, search newest first with
`since_id`, `start_time` and `next_token` over seven days, partial errors for posts that are gone.
"""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from app.clock import Clock
from app.domain.instant import from_rfc3339
from tests.peers.site import Site, refusal

TOKEN = "AAAA-made-up"
EPOCH = 1_288_834_974_657
WEEK = 7 * 86_400.0
PROBLEMS = "https://api.x.com/2/problems"
ADA = {
    "id": "501",
    "username": "ada",
    "name": "Ada",
    "created_at": "2011-03-01T08:00:00.000Z",
    "public_metrics": {"followers_count": 12},
}


def problem(status: int, title: str, kind: str = "", **more: Any) -> web.Response:
    """Return an error as X writes it."""
    return refusal(status, {"title": title, "detail": "Made up.", "type": f"{PROBLEMS}/{kind or 'made-up'}", **more})


class FakeX(Site):
    """Holds posts and gives them to whoever hears the stream at that moment; all match every rule."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.posts: dict[str, dict[str, Any]] = {}
        self.rules: dict[str, dict[str, str]] = {"1": {"id": "1", "value": "cats", "tag": "another program"}}
        self.streams: dict[web.StreamResponse, asyncio.Event] = {}
        """Who hears, and what ends it."""
        self.heard = 0
        self.most = 100
        self.usage: dict[str, Any] = {"project_cap": "10000", "project_usage": "4000", "cap_reset_day": 10}
        self.invalid = ""
        self.taken = False
        """Whether another program has the very same rules."""
        self.opened = asyncio.Event()
        self._count = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/2/tweets/search/stream/rules", self._rules),
            web.post("/2/tweets/search/stream/rules", self._change),
            web.get("/2/tweets/search/stream", self._stream),
            web.get("/2/tweets/search/recent", self._search),
            web.get("/2/tweets", self._lookup),
            web.get("/2/usage/tweets", self._used),
        ]

    def write(self, text: str, at: float | None = None, *, history: tuple[str, ...] = ()) -> str:
        """Post something without telling the stream, as while nobody hears it; return its id."""
        self._count += 1
        at = self.clock.now() if at is None else at
        name = str(((int(at * 1000) - EPOCH) << 22) + self._count)
        created = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.posts[name] = {
            "id": name,
            "text": text,
            "author_id": "501",
            "created_at": created,
            "edit_history_tweet_ids": [*history, name],
        }
        return name

    async def post(self, text: str, at: float | None = None, *, history: tuple[str, ...] = ()) -> str:
        """Post something; who hears the stream gets it."""
        name = self.write(text, at, history=history)
        await self.say({"data": self.posts[name], "includes": {"users": [ADA]}, "matching_rules": [{"id": "2"}]})
        return name

    async def say(self, line: dict[str, Any] | None = None) -> None:
        """Send a line; none is the line break that keeps the stream alive."""
        written = b"" if line is None else json.dumps(line).encode()
        for stream in list(self.streams):
            with contextlib.suppress(ConnectionError):
                await stream.write(written + b"\r\n")

    def close(self) -> None:
        """End every stream in the middle."""
        for ended in self.streams.values():
            ended.set()

    def _refused(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return problem(401, "Unauthorized")
        return None

    async def _rules(self, request: web.Request) -> web.Response:
        return self._refused(request) or web.json_response({"data": list(self.rules.values())})

    async def _change(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        body = await request.json()
        for number in body.get("delete", {}).get("ids", []):
            del self.rules[number]
        if self.taken:
            errors = [{"value": rule["value"], "id": "9", "title": "DuplicateRule"} for rule in body["add"]]
            return web.json_response({"meta": {"summary": {"created": 0}}, "errors": errors}, status=201)
        for rule in body.get("add", []):
            if rule["value"] == self.invalid:
                errors = [{"value": rule["value"], "title": "UnprocessableEntity", "details": ["Made up."]}]
                return web.json_response({"meta": {"summary": {"created": 0}}, "errors": errors}, status=201)
            number = str(len(self.rules) + 100)
            self.rules[number] = {"id": number, **rule}
        return web.json_response({"data": list(self.rules.values()), "meta": {}}, status=201)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if refused := self._refused(request):
            return refused
        if self.streams:
            return problem(429, "ConnectionException", connection_issue="TooManyConnections")
        stream = web.StreamResponse(headers={"Content-Type": "application/json"})
        await stream.prepare(request)
        self.streams[stream] = ended = asyncio.Event()
        self.heard += 1
        self.opened.set()
        try:
            await ended.wait()
            if request.transport is not None:
                request.transport.abort()
        finally:
            del self.streams[stream]
        return stream

    async def _search(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        asked, now = request.query, self.clock.now()
        found = [post for post in self.posts.values() if from_rfc3339(post["created_at"]) > now - WEEK]
        if since := asked.get("since_id"):
            found = [post for post in found if int(post["id"]) > int(since)]
        if start := asked.get("start_time"):
            if not now - WEEK <= from_rfc3339(start) <= now - 10:
                return problem(400, "Invalid Request", "invalid-request")
            found = [post for post in found if from_rfc3339(post["created_at"]) >= from_rfc3339(start)]
        found.sort(key=lambda post: int(post["id"]), reverse=True)
        begin, most = int(asked.get("next_token", 0)), min(self.most, int(asked["max_results"]))
        meta = {"next_token": str(begin + most)} if begin + most < len(found) else {}
        return web.json_response({"data": found[begin : begin + most], "includes": {"users": [ADA]}, "meta": meta})

    async def _lookup(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        wanted = request.query["ids"].split(",")
        assert len(wanted) <= 100
        errors = [
            {"value": one, "title": "Not Found Error", "type": f"{PROBLEMS}/resource-not-found"}
            for one in wanted
            if one not in self.posts
        ]
        return web.json_response({"data": [self.posts[one] for one in wanted if one in self.posts], "errors": errors})

    async def _used(self, request: web.Request) -> web.Response:
        return self._refused(request) or web.json_response({"data": self.usage})
