"""`/ws/wall/{wall}`: one websocket per screen, fed from its seat in the hub past ASGI (`dashboard.line`)."""

import re
from typing import TypeVar, cast, get_args

from fastapi import APIRouter, WebSocket

from app import metrics
from app.config import Config
from app.domain.wall import Audience, Language, Screen, Theme
from dashboard.hub import NO_SUCH_WALL, Hub
from dashboard.line import EXTENSION
from dashboard.scenes import SCENES

_BRAND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")

DISTANCE, NEAR, FAR = 5.0, 1.0, 20.0

Choice = TypeVar("Choice", bound=str)


def router(config: Config, hub: Hub) -> APIRouter:
    """Return the websocket route of the walls."""
    routes = APIRouter()

    @routes.websocket("/ws/wall/{wall}")
    async def wall_socket(websocket: WebSocket, wall: str) -> None:
        await websocket.accept()
        if not hub.knows(wall):
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
    """Return the screen a page asks for; what it asks wrongly becomes the site's own choice.

    A brand that is not watched pins the screen as soon as it is.
    """
    brand = asked.get("brand", "")
    return Screen(
        wall=wall,
        language=_one_of(asked.get("lang"), cast("tuple[Language, ...]", get_args(Language)), config.site.language),
        zone=config.site.zone,
        audience=_one_of(asked.get("audience"), cast("tuple[Audience, ...]", get_args(Audience)), "control"),
        theme=_one_of(asked.get("theme"), cast("tuple[Theme, ...]", get_args(Theme)), "dark"),
        distance=_distance(asked.get("distance")),
        brand=brand if _BRAND.fullmatch(brand) else None,
        scene=asked["scene"] if asked.get("scene") in SCENES else None,
        lead={"1": True, "0": False}.get(asked.get("lead", "")),
    )


def _one_of(asked: str | None, choices: tuple[Choice, ...], otherwise: Choice) -> Choice:
    return next((choice for choice in choices if choice == asked), otherwise)


def _distance(asked: str | None) -> float:
    try:
        return min(FAR, max(NEAR, float(asked or "")))
    except ValueError:
        return DISTANCE
