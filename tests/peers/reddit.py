"""A Reddit of our own: access tokens, listings of at most 1,000, `/api/info`, rate limits and refusals.

By reddit.com/dev/api, github.com/reddit-archive/reddit/wiki/OAuth2 and support.reddithelp.com (Reddit Data API Wiki),
read 2026-11-22: `after` names the last entry of a page, 100 a page, nothing behind the newest 1,000; 100 requests a
minute and client, told by `X-Ratelimit-*`; a User-Agent that names the app and its maker.
"""

import base64
import re
from typing import Any

from aiohttp import web

from tests.peers.site import Site

CLIENT, SECRET = "abc", "made-up-secret"
AGENT = re.compile(r"\w+:[\w-]+:v\d+ \(by /u/[\w-]+\)")
SHOWN = 1_000


class FakeReddit(Site):
    """Holds posts and comments by subreddit."""

    def __init__(self) -> None:
        super().__init__()
        self.things: list[tuple[str, str, dict[str, Any]]] = []
        self.private: set[str] = set()
        self.token, self.tokens = "", 0
        self.left = 600.0
        self.most = 100
        self.shown = SHOWN
        self.grants: list[dict[str, str]] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/access_token", self._access),
            web.get("/r/{sub}/new", self._new),
            web.get("/r/{sub}/comments", self._new),
            web.get("/search", self._new),
            web.get("/api/info", self._info),
        ]

    def post(self, name: str, text: str, at: float, *, sub: str = "strom", **more: Any) -> None:
        """Post something, or a comment if its name begins with `t1_`."""
        said = {"title": text, "selftext": ""} if name.startswith("t3") else {"body": text, "parent_id": "t3_a"}
        data = {"name": name, "created_utc": at, "author": "ada", "author_fullname": "t2_ada", "edited": False}
        self.things.append((sub, name[:2], {**data, "permalink": f"/r/{sub}/{name}/", **said, **more}))

    def change(self, name: str, **more: Any) -> None:
        """Edit or remove what was said."""
        for _, _, data in self.things:
            if data["name"] == name:
                data.update(more)

    def expire(self) -> None:
        """Take the access token back."""
        self.token = ""

    async def _access(self, request: web.Request) -> web.Response:
        login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {login}":
            return web.json_response({"message": "Unauthorized", "error": 401}, status=401)
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.grants.append(form)
        if form["grant_type"] == "password" and form.get("password") != "hunter2":
            return web.json_response({"error": "invalid_grant"})
        self.tokens += 1
        self.token = f"made-up-{self.tokens}"
        return web.json_response({"access_token": self.token, "token_type": "bearer", "expires_in": 86_400})

    def _refused(self, request: web.Request) -> web.Response | None:
        if not AGENT.fullmatch(request.headers.get("User-Agent", "")):
            return web.Response(status=429)
        if not self.token or request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"message": "Unauthorized", "error": 401}, status=401)
        if request.match_info.get("sub") in self.private:
            return web.json_response({"reason": "private", "message": "Forbidden", "error": 403}, status=403)
        return None

    async def _new(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        sub, kind = request.match_info.get("sub"), "t1" if request.path.endswith("/comments") else "t3"
        listed = [data for where, what, data in self.things if where == (sub or where) and what == kind]
        listed = sorted(listed, key=lambda data: float(data["created_utc"]), reverse=True)[: self.shown]
        names = [data["name"] for data in listed]
        after = request.query.get("after")
        start = names.index(after) + 1 if after in names else 0
        some = listed[start : start + min(self.most, int(request.query.get("limit", 25)))]
        following = some[-1]["name"] if some and start + len(some) < len(listed) else None
        return self._listing(kind, some, following)

    async def _info(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        wanted = request.query["id"].split(",")
        assert len(wanted) <= 100
        some = [data for _, _, data in self.things if data["name"] in wanted]
        return self._listing("t3", some, None)

    def _listing(self, kind: str, some: list[dict[str, Any]], after: str | None) -> web.Response:
        self.left -= 1
        told = {
            "X-Ratelimit-Used": str(600 - self.left),
            "X-Ratelimit-Remaining": str(max(0.0, self.left)),
            "X-Ratelimit-Reset": "120",
        }
        body = {"kind": "Listing", "data": {"after": after, "children": [{"kind": kind, "data": one} for one in some]}}
        return web.json_response(body, headers=told)
