"""A YouTube Data API of our own: comment threads, replies and search with paging, ETags, quotas and errors.

By developers.google.com/youtube/v3/docs/commentThreads/list, …/comments/list, …/search/list, …/errors and
developers.google.com/youtube/data/determine_quota_cost, read 2026-11-22: newest threads first, at most 100 a page, at
most five replies come along, 10,000 units a day and 100 searches, 403 `quotaExceeded` beyond.
"""

import hashlib
import json
from typing import Any

from aiohttp import web

from tests.peers.site import Site, google_error

KEY = "AIza-made-up"
ALONG = 5


class FakeYoutube(Site):
    """Holds comments by video."""

    def __init__(self) -> None:
        super().__init__()
        self.comments: dict[str, dict[str, Any]] = {}
        self.closed: set[str] = set()
        self.found: list[str] = []
        self.units, self.searches = 10_000, 100
        self.most = 100

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/commentThreads", self._threads),
            web.get("/comments", self._replies),
            web.get("/search", self._search),
            web.get("/i18nLanguages", self._languages),
        ]

    def say(self, id: str, text: str, at: str, *, video: str = "v1", parent: str = "", edited: str = "") -> None:  # noqa: A002
        """Write a comment, or change it."""
        snippet = {
            "textOriginal": text,
            "textDisplay": text,
            "publishedAt": at,
            "updatedAt": edited or at,
            "authorDisplayName": "@ada",
            "authorChannelId": {"value": "UCada"},
            "likeCount": 1,
            "videoId": video,
        }
        self.comments[id] = {"id": id, "snippet": snippet | ({"parentId": parent} if parent else {})}

    def forget(self, id: str) -> None:  # noqa: A002
        """Delete a comment."""
        del self.comments[id]

    def _refused(self, request: web.Request, bucket: str = "units") -> web.Response | None:
        if request.headers.get("X-Goog-Api-Key") != KEY:
            return google_error(400, "keyInvalid")
        if getattr(self, bucket) <= 0:
            return google_error(403, "quotaExceeded")
        setattr(self, bucket, getattr(self, bucket) - 1)
        return None

    async def _threads(self, request: web.Request) -> web.Response:
        video = request.query.get("videoId")
        if refused := self._refused(request):
            return refused
        if video in self.closed:
            return google_error(403, "commentsDisabled")
        tops = [one for one in self.comments.values() if "parentId" not in one["snippet"]]
        tops = [one for one in tops if video in {None, one["snippet"]["videoId"]}]
        tops.sort(key=lambda one: str(one["snippet"]["publishedAt"]), reverse=True)
        items = [self._thread(one) for one in tops]
        return self._page(request, "youtube#commentThreadListResponse", items)

    def _thread(self, top: dict[str, Any]) -> dict[str, Any]:
        replies = self._under(top["id"])
        snippet = {"topLevelComment": top, "totalReplyCount": len(replies), "videoId": top["snippet"]["videoId"]}
        return {"id": top["id"], "snippet": snippet, "replies": {"comments": replies[:ALONG]}}

    def _under(self, parent: str) -> list[dict[str, Any]]:
        return [one for one in self.comments.values() if one["snippet"].get("parentId") == parent]

    async def _replies(self, request: web.Request) -> web.Response:
        if refused := self._refused(request):
            return refused
        if "id" in request.query:
            wanted = request.query["id"].split(",")
            assert len(wanted) <= 50
            return web.json_response({"items": [{"id": one} for one in wanted if one in self.comments]})
        return self._page(request, "youtube#commentListResponse", self._under(request.query["parentId"]))

    async def _search(self, request: web.Request) -> web.Response:
        if refused := self._refused(request, "searches"):
            return refused
        return web.json_response({"items": [{"id": {"videoId": one}} for one in self.found]})

    async def _languages(self, request: web.Request) -> web.Response:
        return self._refused(request) or web.json_response({"items": []})

    def _page(self, request: web.Request, kind: str, items: list[dict[str, Any]]) -> web.Response:
        most = min(self.most, int(request.query.get("maxResults", 20)))
        start = int(request.query.get("pageToken", 0))
        body: dict[str, Any] = {"kind": kind, "items": items[start : start + most]}
        if start + most < len(items):
            body["nextPageToken"] = str(start + most)
        tag = hashlib.blake2b(json.dumps(body).encode(), digest_size=8).hexdigest()
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.json_response(body, headers={"ETag": tag})
