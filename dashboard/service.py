"""The dashboard service: feed, hub and web server in one process."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Mapping

import anyio
import uvicorn

from app.config import Config
from app.domain.fault import Fault
from app.errors import Unavailable
from app.judgement import Judgements
from app.service import Context
from dashboard.answering import Answering
from dashboard.briefing import Briefing
from dashboard.checkup import Checkup
from dashboard.drills import Rehearsing
from dashboard.feed import Feed, bound
from dashboard.hub import Hub
from dashboard.leaders import Leaders
from dashboard.line import Line
from dashboard.server import build
from dashboard.sounding import Sounding
from dashboard.waiting import waiting

GRACE = 2
"""Seconds open connections get to end."""

PORT = 8050


class Server(uvicorn.Server):
    """uvicorn inside our loop: signals stay with the runner, and readiness is told."""

    def __init__(self, config: uvicorn.Config, ready: anyio.Event) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        await super().startup(sockets=sockets)
        self._ready.set()


class DashboardService:
    """Serves pages, frames and the API."""

    name = "dashboard"

    def __init__(self, context: Context) -> None:
        self._context = context

    @staticmethod
    async def meanwhile(options: dict[str, str], faults: Mapping[str, Fault]) -> None:
        """Say at the same address what is missing, while Redis or the archive cannot be opened."""
        while not faults:  # noqa: ASYNC110 # mostly both open at once, and this is cancelled
            await anyio.sleep(0.2)
        with _listen(options) as door:
            server = Server(settings(waiting(faults)), anyio.Event())
            async with anyio.create_task_group() as tasks:
                with anyio.CancelScope(shield=True) as serving:
                    tasks.start_soon(_pass_on_cancel, server, serving)
                    await server.serve(sockets=[door])

    async def run(self) -> None:
        """Listen on the host and port of the options until cancelled, then let connections end."""
        context = self._context
        config = context.config
        drill = context.drill.id if context.drill else None
        feed = Feed(context.bus, config.watched.brands, context.clock, bound(config), context.faults, drill)
        hub = Hub(config, feed, context.clock)
        await feed.look()
        with _listen(context.options) as door:
            app = await build(context, hub)
            server = Server(settings(app), context.ready)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(feed.run)
                tasks.start_soon(Checkup(context).run)
                tasks.start_soon(Judgements(context.store, context.bus, context.clock).run)
                tasks.start_soon(hub.run)
                tasks.start_soon(Sounding(context, feed, lambda: hub.seats > 0).run)
                tasks.start_soon(Leaders(context, feed, lambda: hub.seats > 0).run)
                tasks.start_soon(Answering(context, feed, lambda: hub.seats > 0).run)
                tasks.start_soon(Rehearsing(context, feed).run)
                tasks.start_soon(Briefing(context, feed, lambda: hub.seats > 0).run)
                tasks.start_soon(_follow, context.watchlist.changes(config), feed, hub)
                try:
                    with anyio.CancelScope(shield=True) as serving:
                        tasks.start_soon(_pass_on_cancel, server, serving)
                        await server.serve(sockets=[door])
                finally:
                    tasks.cancel_scope.cancel()


async def _follow(changes: AsyncIterator[Config], feed: Feed, hub: Hub) -> None:
    """Show what is watched as it changes; nothing is drawn between the two."""
    async for config in changes:
        feed.adopt(config)
        hub.adopt(config)


async def _pass_on_cancel(server: Server, _serving: anyio.CancelScope) -> None:
    """Turn our own cancellation into uvicorn's wish to exit."""
    try:
        await anyio.sleep_forever()
    finally:
        server.should_exit = True


def settings(app: object) -> uvicorn.Config:
    """Return how uvicorn serves us: screens on lines, nothing compressed, nothing logged per request."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type] # FastAPI is an ASGI application
        log_config=None,
        access_log=False,
        lifespan="off",
        ws=Line,
        ws_per_message_deflate=False,
        ws_max_size=4096,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


@contextlib.contextmanager
def _listen(options: dict[str, str]) -> Iterator[socket.socket]:
    """Open the port; write the one we got back into the options (0 asks for any)."""
    host, port = options.get("host", "127.0.0.1"), int(options.get("port", PORT))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        shared = options.get("beside", "1") != "1"  # by several dashboards: the kernel spreads the screens
        door = socket.create_server((host, port), family=family, backlog=512, reuse_port=shared)
    except OSError as reason:
        raise Unavailable(
            f"Port {port} on {host} cannot be opened ({reason.strerror}); choose another with --port."
        ) from reason
    with door:
        options["port"] = str(door.getsockname()[1])
        yield door
