"""A Discourse of our own: /posts.json with `before`, /posts/by_number, /site.json, keys and their errors.

By the sources `posts_controller.rb` and `latest_posts_query.rb`, read 2026-11-22, and docs.discourse.org for errors
(not read again that day): 50 posts a page, newest first, numbers below `before`; before 2024 those among the 50
numbers up to `before`. 403 `not_logged_in` and `invalid_access`; 404 for what is not there, 410 for posts of a
deleted topic; 429 `rate_limit` with `extras.wait_seconds`.
"""

from typing import Any

from aiohttp import web

from app.domain.instant import rfc3339
from tests.peers.peer import Peer, told

PAGE = 50


class FakeDiscourse(Peer):
    """Holds posts by number; `key` closes it to strangers; `old` pages as servers before 2024."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: dict[int, dict[str, Any]] = {}
        self.key = ""
        self.old = False
        self.closed_topics: set[int] = set()

    def post(self, number: int, at: float, text: str, *, topic: int = 1, place: int | None = None, **rest: Any) -> None:
        """Write a post; `place` is its number in the topic."""
        self.posts[number] = {
            "id": number,
            "topic_id": topic,
            "post_number": place or number,
            "post_type": 1,
            "created_at": rfc3339(at),
            "updated_at": rfc3339(at),
            "cooked": f"<p>{text}</p>",
            "version": 1,
            "user_id": 10,
            "username": "ada",
            "name": "Ada",
            "topic_title": f"Topic {topic}",
            "topic_slug": "topic",
            "category_id": 5,
            "actions_summary": [],
            "reads": 3,
            "reply_count": 0,
            **rest,
        }

    def edit(self, number: int, at: float, **changes: Any) -> None:
        """Change a post: its version goes up."""
        post = self.posts[number]
        post |= {"version": post["version"] + 1, "updated_at": rfc3339(at), **changes}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer as Discourse does."""
        if self.key and request.headers.get("Api-Key") != self.key:
            kind = "invalid_access" if "Api-Key" in request.headers else "not_logged_in"
            return told({"errors": ["You need to be logged in to do that."], "error_type": kind}, 403)
        if request.path == "/site.json":
            return told({"categories": [{"id": 5, "name": "Faults", "slug": "faults"}]})
        if request.path == "/posts.json":
            return told({"latest_posts": self._latest(int(request.query.get("before", 0)))})
        if request.path.startswith("/posts/by_number/"):
            return self._one(*request.path.removesuffix(".json").split("/")[-2:])
        return _missing(404)

    def _latest(self, before: int) -> list[dict[str, Any]]:
        numbers = sorted(self.posts, reverse=True)
        if self.old:
            top = before or (numbers[0] if numbers else 0)
            return [self.posts[number] for number in numbers if top - PAGE < number <= top]
        return [self.posts[number] for number in numbers if not before or number < before][:PAGE]

    def _one(self, topic: str, place: str) -> web.Response:
        if int(topic) in self.closed_topics:
            return _missing(410)
        for post in self.posts.values():
            if (post["topic_id"], post["post_number"]) == (int(topic), int(place)):
                return told(post)
        return _missing(404)


def limited(seconds: int) -> web.Response:
    """Return the refusal of a Discourse that is asked too often."""
    extras = {"wait_seconds": seconds, "time_left": f"{seconds} seconds"}
    return told({"errors": ["Slow down."], "error_type": "rate_limit", "extras": extras}, 429)


def _missing(status: int) -> web.Response:
    return told({"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}, status)
