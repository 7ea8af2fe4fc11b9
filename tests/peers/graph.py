"""A Graph API of our own: `mentioned_comment` and `mentioned_media` of an Instagram account.

By developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment and
…/mentioned_media, read 2026-11-22.
"""

import re
from typing import Any

from aiohttp import web

from tests.peers.loopback import Loopback

TOKEN = "made-up"


class FakeGraph(Loopback):
    """Knows comments and media by id; `async with FakeGraph() as graph`."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, dict[str, Any]] = {}
        self.status = 200

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application()
        app.router.add_get("/{account}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": {"code": 190, "message": "Invalid OAuth access token"}}, status=401)
        if self.status != 200:
            return web.json_response({"error": {"code": 2, "message": "Made up"}}, status=self.status)
        asked = re.match(r"(mentioned_\w+)\.\w+\((\d+)\)\{", request.query["fields"])
        if asked is None or asked[2] not in self.known:
            return web.json_response({"error": {"code": 100, "message": "Unsupported get request"}}, status=400)
        return web.json_response({asked[1]: {"id": asked[2], **self.known[asked[2]]}, "id": "17841405"})
