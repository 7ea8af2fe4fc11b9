"""`GET /api/v1/incidents/{id}/forecasts` and `/effects`: what was expected, what came, and what our answers changed."""

from typing import Any

import anyio.to_thread
from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from app.domain import effect as effect_of
from app.domain.forecast import Kept
from app.domain.instant import rfc3339
from app.effects import effects as effects_of
from app.service import Context
from dashboard.api.shape import Items, Shape, answering
from dashboard.api.storm_shape import Forecast, Point, instant, shown_forecast, shown_point


class KeptForecast(Forecast):
    """A forecast as it was made, and what came; held is null where it was refused or made after the peak."""

    judged: bool = Field(description="Whether the storm is over and was compared")
    peak_at: AwareDatetime | None = Field(description="The middle of the fullest hour that came")
    peak: float | None = Field(description="Mentions per minute in it")
    time_held: bool | None
    height_held: bool | None


class Effect(Shape):
    """What came after one statement of ours against what was expected without it, in mentions per minute."""

    at: AwareDatetime = Field(description="When the statement was public")
    verdict: effect_of.EffectVerdict
    why: effect_of.Doubtful | None = Field(description="Why it cannot be told")
    reason: dict[str, str] = Field(description="The verdict as a sentence by language")
    start: AwareDatetime | None
    until: AwareDatetime | None
    actual: float | None
    low: float | None
    middle: float | None
    high: float | None
    band: list[Point] = Field(description="What was expected without the statement")


def router(context: Context) -> APIRouter:
    """Return the routes that tell forecasts of an incident and effects of our answers."""
    routes = APIRouter(prefix="/api/v1", tags=["incidents"])

    @routes.get("/incidents/{incident}/forecasts", **answering(Items[KeptForecast]))
    async def forecasts(incident: str) -> dict[str, Any]:
        """Return the forecasts of an incident, one in five minutes, oldest first, with what came of them."""

        def read() -> list[Kept]:
            with context.store.reading() as tx:
                tx.incidents.get(incident)
                return tx.forecasts.of(incident)

        found = await anyio.to_thread.run_sync(read)
        return {"items": [_kept(one) for one in found], "next": None}

    @routes.get("/incidents/{incident}/effects", **answering(Items[Effect]))
    async def effects(incident: str) -> dict[str, Any]:
        """Return what came after each statement marked on an incident: less, more, as expected, or cannot tell."""
        now = context.clock.now()

        def read() -> tuple[effect_of.Effect, ...]:
            with context.store.reading() as tx:
                return effects_of(tx, tx.incidents.get(incident), tx.events.of(incident), now)

        found = await anyio.to_thread.run_sync(read)
        return {"items": [_effect(one) for one in found], "next": None}

    return routes


def _kept(one: Kept) -> dict[str, Any]:
    return {
        **shown_forecast(one.forecast),
        "judged": one.judged,
        "peak_at": instant(one.peak_at),
        "peak": one.peak,
        "time_held": one.time_held,
        "height_held": one.height_held,
    }


def _effect(one: effect_of.Effect) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in Effect.model_fields}
    times = {"at": rfc3339(one.at), "start": instant(one.start), "until": instant(one.until)}
    return {**plain, **times, "band": [shown_point(point) for point in one.band]}
