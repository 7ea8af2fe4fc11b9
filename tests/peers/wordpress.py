"""A WordPress of our own: /wp-json/wp/v2/posts and comments with paging, filters, order, sign-in and their errors.

By the controllers of WordPress (commit 0236f3f9, changesets 39967 and 50024, read 2026-11-22), and what
developer.wordpress.org/rest-api says of sign-in (not read again that day): `after` and `modified_after` are
strict, `per_page` is 100 at most, a page behind the end is 400 `rest_post_invalid_page_number`, but an empty list for
comments; X-WP-Total and X-WP-TotalPages stand with every list; only what is published is shown.
"""

import base64
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from app.domain.instant import from_rfc3339
from tests.peers.peer import Peer, told

ROOT = "/wp-json/wp/v2/"


class FakeWordpress(Peer):
    """Holds posts and comments; `password` closes it to strangers."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, dict[str, Any]] = {}
        self.password = ""
        self.plain = False
        """Whether it has no pretty permalinks."""

    def post(self, number: int, at: float, text: str, *, modified: float | None = None) -> None:
        """Publish a post, or change it."""
        self.posts[number] = {
            "id": number,
            "date_gmt": _gmt(at),
            "modified_gmt": _gmt(modified or at),
            "link": f"{self.url}/{number}/",
            "title": {"rendered": f"Post {number}"},
            "content": {"rendered": f"<p>{text}</p>"},
            "excerpt": {"rendered": ""},
            "author": 1,
            "_embedded": {"author": [{"id": 1, "name": "Ada", "link": f"{self.url}/author/ada/"}]},
        }

    def comment(self, number: int, post: int, at: float, text: str, *, parent: int = 0) -> None:
        """Release a comment."""
        self.comments[number] = {
            "id": number,
            "post": post,
            "parent": parent,
            "author": 0,
            "author_name": "Guest",
            "author_url": "",
            "date_gmt": _gmt(at),
            "content": {"rendered": f"<p>{text}</p>"},
            "link": f"{self.url}/{post}/#comment-{number}",
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a list, or the error that WordPress has for it."""
        path = request.path
        if self.plain and path == "/":
            path = request.query.get("rest_route", "").replace("/wp/v2/", ROOT)
        elif self.plain or not path.startswith(ROOT):
            return _error("rest_no_route", 404)
        if self.password and (refused := self._signed_in(request)):
            return refused
        kind = path.removeprefix(ROOT)
        if kind not in {"posts", "comments"}:
            return _error("rest_no_route", 404)
        return self._list(kind, request.query)

    def _signed_in(self, request: web.Request) -> web.Response | None:
        said = request.headers.get("Authorization", "")
        if not said:
            return _error("rest_not_logged_in", 401)
        right = "Basic " + base64.b64encode(f"emberwatch:{self.password}".encode()).decode()
        return None if said == right else _error("incorrect_password", 401)

    def _list(self, kind: str, query: Any) -> web.Response:
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        if not 1 <= size <= 100:
            return _error("rest_invalid_param", 400)
        rows = list((self.posts if kind == "posts" else self.comments).values())
        for parameter, field in (("after", "date_gmt"), ("modified_after", "modified_gmt")):
            if parameter in query:
                after = from_rfc3339(query[parameter])
                rows = [row for row in rows if from_rfc3339(row[field] + "Z") > after]
        if "include" in query:
            wanted = {int(number) for number in query["include"].split(",")}
            rows = [row for row in rows if row["id"] in wanted]
        order = {"modified": "modified_gmt"}.get(query.get("orderby", ""), "date_gmt")
        rows.sort(key=lambda row: (row[order], row["id"]), reverse=query.get("order", "desc") == "desc")
        pages = -(-len(rows) // size)
        if kind == "posts" and page > max(1, pages):
            return _error("rest_post_invalid_page_number", 400)
        shown = rows[(page - 1) * size : page * size]
        if query.get("_fields") == "id":
            shown = [{"id": row["id"]} for row in shown]
        return told(shown, X_WP_Total=str(len(rows)), X_WP_TotalPages=str(pages))


def _gmt(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _error(code: str, status: int) -> web.Response:
    return told({"code": code, "message": "Made up.", "data": {"status": status}}, status)
