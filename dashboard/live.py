"""`/ws/wall/{wall}`: one websocket per screen, fed from its seat in the hub past ASGI (`dashboard.line`)."""

from typing import TypeVar, cast, get_args

from fastapi import APIRouter, WebSocket

from app import metrics
from app.config import Config
from app.domain.wall import Audience, Language, Screen, Theme
from dashboard.hub import Hub
from dashboard.line import EXTENSION

NO_SUCH_WALL = 4404
"""Close code for a wall that the configuration does not know."""

DISTANCE, NEAR, FAR = 5.0, 1.0, 20.0

Choice = TypeVar("Choice", bound=str)


def router(config: Config, hub: Hub) -> APIRouter:
    """Return the websocket route of the walls."""
    routes = APIRouter()
    for one in config.walls:
        metrics.SCREENS.labels(one.id).set(0)  # also after a start that followed a kill

    @routes.websocket("/ws/wall/{wall}")
    async def wall_socket(websocket: WebSocket, wall: str) -> None:
        await websocket.accept()
        if wall not in {one.id for one in config.walls}:
            await websocket.close(NO_SUCH_WALL, f"There is no wall {wall[:40]!r}.")
            return
        seat = hub.join(screen(config, wall, dict(websocket.query_params)), websocket.scope["extensions"][EXTENSION])
        metrics.SCREENS.labels(wall).inc()
        try:
            while (await websocket.receive())["type"] != "websocket.disconnect":
                pass
        finally:
            metrics.SCREENS.labels(wall).dec()
            hub.leave(seat)

    return routes


def screen(config: Config, wall: str, asked: dict[str, str]) -> Screen:
    """Return the screen a page asks for; what it asks wrongly becomes the site's own choice."""
    brands = {brand.id for brand in config.brands}
    return Screen(
        wall=wall,
        language=_one_of(asked.get("lang"), cast("tuple[Language, ...]", get_args(Language)), config.site.language),
        zone=config.site.zone,
        audience=_one_of(asked.get("audience"), cast("tuple[Audience, ...]", get_args(Audience)), "control"),
        theme=_one_of(asked.get("theme"), cast("tuple[Theme, ...]", get_args(Theme)), "dark"),
        distance=_distance(asked.get("distance")),
        brand=asked["brand"] if asked.get("brand") in brands else None,
    )


def _one_of(asked: str | None, choices: tuple[Choice, ...], otherwise: Choice) -> Choice:
    return next((choice for choice in choices if choice == asked), otherwise)


def _distance(asked: str | None) -> float:
    try:
        return min(FAR, max(NEAR, float(asked or "")))
    except ValueError:
        return DISTANCE
