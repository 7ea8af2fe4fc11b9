"""`GET /api/v1/alarms`: silences that are worth an alarm; never a storm, those are incidents."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query

from app.domain.alarm import Alarm as Silence
from app.domain.instant import rfc3339
from app.service import Context
from dashboard.api.shape import Items, answering
from dashboard.api.source_shape import Alarm


def router(context: Context) -> APIRouter:
    """Return the route of alarms."""
    routes = APIRouter(prefix="/api/v1", tags=["sources"])

    @routes.get("/alarms", **answering(Items[Alarm]))
    async def alarms(
        class_: Annotated[Literal["source"], Query(alias="class", description="The class of alarms")] = "source",  # noqa: ARG001 - the only one there is
    ) -> dict[str, Any]:
        """List open alarms of sources and those that ended within the last hour, the latest first."""
        return {"items": [written(one) for one in await context.bus.alarms()], "next": None}

    return routes


def written(one: Silence) -> dict[str, Any]:
    """Return an alarm as the API tells it."""
    told: dict[str, Any] = msgspec.to_builtins(one)
    instants = ("since", "opened_at", "updated_at", "resolved_at")
    return {
        **told,
        "class": "source",
        **{name: rfc3339(told[name]) if told[name] is not None else None for name in instants},
    }
