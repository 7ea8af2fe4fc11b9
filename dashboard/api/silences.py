"""`/api/v1/silences`: what disturbs nobody for a while, because a person said so."""

from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator

from app import registry
from app.crisis import By, Silencing
from app.domain.instant import rfc3339
from app.domain.silence import Silence
from app.errors import WrongInput
from app.service import Context
from app.store.page import Page
from dashboard.api.incident_body import PERSON, NewSilence
from dashboard.api.incident_shape import Silence as Shown
from dashboard.api.query import MANY, BrandId, Cursor, Limit, Word, brand_of, given, scope_of
from dashboard.api.shape import Items, answering
from dashboard.api.watchlist import GONE, actor_of

State = Annotated[Literal["active", "over"] | None, BeforeValidator(given), Query(description="All without it")]


def router(context: Context) -> APIRouter:
    """Return the routes of silences."""
    routes = APIRouter(prefix="/api/v1/silences", tags=["incidents"])
    silencing = Silencing(context.store, context.bus, context.clock)

    @routes.get("", **answering(Items[Shown]))
    async def silences(
        state: State = None, brand: BrandId = None, cursor: Cursor = None, limit: Limit = 50
    ) -> dict[str, Any]:
        """List silences, the one that ends last first: those in force, those that are over, or all."""
        now = context.clock.now()

        def find() -> Page[Silence]:
            active = None if state is None else state == "active"
            with context.store.reading() as tx:
                return tx.silences.find(now, active=active, brand=brand, cursor=cursor, limit=limit)

        page = await anyio.to_thread.run_sync(find)
        return {"items": [_shown(one, now) for one in page.items], "next": page.next}

    @routes.post("", status_code=201, **answering(Shown, status=201))
    async def post_silence(asked: NewSilence, request: Request) -> dict[str, Any]:
        """Silence a brand, one of its topics, or one detector or rule, at most 30 days."""
        _assert_known(context, asked)
        now = context.clock.now()
        begun = await silencing.begin(
            By(actor_of(request), asked.person),
            asked.brand,
            asked.reason,
            asked.end(now),
            topic=asked.topic,
            detector=asked.detector,
            rule=asked.rule,
            severity=asked.severity or "warning",
        )
        return _shown(begun, now)

    @routes.delete("/{silence}", **GONE)
    async def delete_silence(
        silence: str, request: Request, person: Annotated[Word, Query(description=PERSON)] = None
    ) -> Response:
        """End a silence now; what it silenced is told from here on. 409 if it is over already."""
        await silencing.end(By(actor_of(request), person), silence)
        return Response(status_code=204)

    return routes


def _assert_known(context: Context, asked: NewSilence) -> None:
    brand_of(context.config, asked.brand)
    campaigns = {one.id for one in context.config.campaigns}
    if asked.topic and asked.topic in campaigns:
        scope_of(context.config, asked.brand, campaign=asked.topic)
    elif asked.topic:
        scope_of(context.config, asked.brand, topic=asked.topic)
    rules = sorted(rule.id for rule in context.config.rules)
    if asked.rule and asked.rule not in rules:
        choices = f"choose one of: {', '.join(rules[:MANY])}" if rules else "there are none"
        raise WrongInput(f"rule: there is none of id {asked.rule[:80]!r}; {choices}.")
    detectors = registry.names("detectors")
    if asked.detector and asked.detector not in detectors:
        choices = ", ".join(sorted(detectors))
        raise WrongInput(f"detector: there is none called {asked.detector[:80]!r}; choose one of: {choices}.")


def _shown(one: Silence, now: float) -> dict[str, Any]:
    plain = ("id", "brand", "topic", "detector", "rule", "severity", "owner", "reason", "incident", "ended_by")
    return {
        **{name: getattr(one, name) for name in plain},
        "created_at": rfc3339(one.created_at),
        "until": rfc3339(one.until),
        "active": one.active(now),
    }
