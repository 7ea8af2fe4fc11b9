"""The web application on a real bus and archive, and a client that holds every answer against its description."""

import httpx
import pytest
from pydantic import TypeAdapter
from starlette.routing import Match

from app.clock import SystemClock
from app.config.model import Config
from app.domain.identity import Identity
from app.service import Context
from dashboard.feed import Feed
from dashboard.hub import Hub
from dashboard.server import build
from tests.unit.dashboard.rooms import BRAND, OTHER

HERE = "http://localhost:8050"


def described(app, method: str, path: str, status: int):
    """Return the shape a route promises for a status, or None."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    included = [one.original_router for one in app.routes if hasattr(one, "original_router")]
    for route in [route for router in included for route in router.routes]:
        if route.matches(scope)[0] is Match.FULL:
            return route.responses.get(status, {}).get("model")
    return None


@pytest.fixture
def context(bus, store, tmp_path):
    config = Config(brands=(BRAND, OTHER))
    identity = Identity(store.secret())
    options = {"host": "127.0.0.1", "port": "8050"}
    return Context(config, tmp_path, SystemClock(), bus, store, identity, options)  # the clock that the bus has


@pytest.fixture
async def app(context):
    feed = Feed(context.bus, context.config.brands, context.clock)
    return await build(context, Hub(context.config, feed, context.clock))


@pytest.fixture
async def http(app):
    async def compare(answer: httpx.Response) -> None:
        shape = described(app, answer.request.method, answer.request.url.path, answer.status_code)
        if shape is not None:
            await answer.aread()
            TypeAdapter(shape).validate_python(answer.json())

    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 5))
    hooks = {"response": [compare]}
    async with httpx.AsyncClient(transport=transport, base_url=HERE, event_hooks=hooks) as client:
        yield client
