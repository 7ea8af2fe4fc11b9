"""A Stack Exchange API of our own: search, answers, comments, lookups by id, quotas, backoff and errors; always gzip.

By api.stackexchange.com/docs: throttle (read 2026-11-22), advanced-search, answers-on-questions,
comments-on-questions, wrapper, paging and error-handling (from knowledge, not read again that day): errors are
answered with 400 and `error_id`; `pagesize` is 100 at most, ids 100 a call; a method that was answered with `backoff`
and is asked again too early is throttled; 300 requests a day without a key, 10,000 with one; `min` and `max` hold for
the field that `sort` names, and both are inclusive.
"""

import gzip
import json
import re
from typing import Any

from aiohttp import web

from app.clock import Clock
from tests.peers.peer import Peer

ROOT = "/2.3/"
KEY = "made-up-key"
FIELDS = {"activity": "last_activity_date", "creation": "creation_date"}


class FakeStackExchange(Peer):
    """Holds questions, answers and comments by number; `clock` says when a backoff is over."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.items: dict[str, dict[int, dict[str, Any]]] = {"questions": {}, "answers": {}, "comments": {}}
        self.left = 300
        self.backoff: dict[str, int] = {}
        """Method → seconds told with its next answer."""
        self._clock = clock
        self._until: dict[str, float] = {}

    @property
    def api(self) -> str:
        """What the option `url` has to be."""
        return f"{self.url}/2.3"

    def put(self, kind: str, number: int, at: float, text: str, *, parent: int = 0, **rest: Any) -> None:
        """Write a question, an answer or a comment; an answer moves its question up."""
        name = {"questions": "question_id", "answers": "answer_id", "comments": "comment_id"}[kind]
        item = {
            name: number,
            "creation_date": int(at),
            "body": f"<p>{text}</p>",
            "score": 1,
            "link": f"https://so.example/{kind}/{number}",
            "owner": {"user_id": 7, "display_name": "Ada", "link": "https://so.example/users/7"},
        }
        if kind == "questions":
            item |= {"title": f"Question {number}", "last_activity_date": int(at), "answer_count": 0, "view_count": 9}
        elif kind == "answers":
            item |= {"question_id": parent, "last_activity_date": int(at)}
            self.items["questions"][parent]["last_activity_date"] = int(at)
        else:
            item["post_id"] = parent
        self.items[kind][number] = item | rest

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, or refuse it."""
        path = request.path.removeprefix(ROOT)
        method = re.sub(r"[\d;]+", "{ids}", path)
        if self._until.get(method, 0.0) > self._clock.monotonic():
            return error(502, "throttle_violation", "Violation of backoff parameter")
        limit = 10_000 if request.query.get("key") == KEY else 300
        if request.query.get("key") not in {None, KEY}:
            return error(400, "bad_parameter", "key")
        if self.left <= 0:
            wait = "too many requests from this IP, more requests available in 78323 seconds"
            return error(502, "throttle_violation", wait)
        self.left -= 1
        found = self._found(path, request.query)
        if isinstance(found, web.Response):
            return found
        told: dict[str, Any] = {**found, "quota_max": limit, "quota_remaining": self.left}
        if seconds := self.backoff.pop(method, 0):
            told["backoff"] = seconds
            self._until[method] = self._clock.monotonic() + seconds
        return _packed(told)

    def _found(self, path: str, query: Any) -> dict[str, Any] | web.Response:
        size = int(query.get("pagesize", 30))
        if size > 100:
            return error(400, "bad_parameter", "pagesize")
        parts = path.split("/")
        if path == "search/advanced":
            rows = list(self.items["questions"].values())
        else:
            ids = [int(number) for number in parts[1].split(";")]
            if len(ids) > 100:
                return error(400, "bad_parameter", "ids")
            rows = self._of(parts, ids)
        field = FIELDS.get(query.get("sort", ""), "creation_date")
        rows = [row for row in rows if row.get(field, row["creation_date"]) >= int(query.get("min", 0))]
        rows.sort(key=lambda row: row.get(field, row["creation_date"]), reverse=query.get("order", "desc") == "desc")
        start = (int(query.get("page", 1)) - 1) * size
        if query.get("filter") != "withbody":
            rows = [{key: value for key, value in row.items() if key != "body"} for row in rows]
        return {"items": rows[start : start + size], "has_more": len(rows) > start + size}

    def _of(self, parts: list[str], ids: list[int]) -> list[dict[str, Any]]:
        if len(parts) == 2:
            return [item for number, item in self.items[parts[0]].items() if number in ids]
        parent = "question_id" if parts[2] == "answers" else "post_id"
        known = self.items[parts[0]]
        return [item for item in self.items[parts[2]].values() if item[parent] in ids and item[parent] in known]


def error(number: int, name: str, message: str) -> web.Response:
    """Return an error as the API tells it."""
    return _packed({"error_id": number, "error_name": name, "error_message": message}, 400)


def _packed(value: Any, status: int = 200) -> web.Response:
    body = gzip.compress(json.dumps(value).encode())
    headers = {"Content-Type": "application/json; charset=utf-8", "Content-Encoding": "gzip"}
    return web.Response(status=status, body=body, headers=headers)
