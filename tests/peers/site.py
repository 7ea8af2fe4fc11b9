"""A site of our own on loopback: what every peer is that answers over HTTP, with what was asked of it."""

from typing import Any

from aiohttp import web

from tests.peers.loopback import Loopback

Asked = tuple[str, dict[str, str]]


class Site(Loopback):
    """Serves what a subclass routes; `async with Peer() as peer`. Each of `refusals` answers one request instead."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        """Path and parameters of every request."""
        self.agents: set[str] = set()
        self.refusals: list[web.Response | None] = []
        """None lets a request through."""

    def routes(self) -> list[web.RouteDef]:
        """Return what this peer answers."""
        raise NotImplementedError

    def application(self) -> web.Application:
        """Return what is served."""
        app = web.Application(middlewares=[self._first])
        app.router.add_routes(self.routes())
        return app

    def asks(self, path: str) -> list[dict[str, str]]:
        """Return with what a path was asked for."""
        return [params for asked, params in self.asked if asked == path]

    @web.middleware
    async def _first(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append((request.path, dict(request.query)))
        self.agents.add(request.headers.get("User-Agent", ""))
        if self.refusals and (refused := self.refusals.pop(0)) is not None:
            return refused
        answer: web.StreamResponse = await handler(request)
        return answer


def refusal(status: int, body: Any, **headers: str) -> web.Response:
    """Return an error with its body as JSON; underscores in names of headers are dashes."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response(body, status=status, headers=told)


def google_error(status: int, reason: str, state: str | None = None) -> web.Response:
    """Return an error as Google's interfaces write it (developers.google.com/youtube/v3/docs/errors, AIP-193)."""
    error: dict[str, Any] = {"code": status, "message": "Made up.", "errors": [{"reason": reason, "domain": "made.up"}]}
    return refusal(status, {"error": error | ({"status": state} if state else {})})
