"""`POST /api/v1/incidents/{id}/…`: what persons do about an incident; saying again what is so changes nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request

from app.crisis import By, Handling, Record, Silencing
from app.domain.incident import Incident
from app.service import Context
from dashboard.api import incident_body as body
from dashboard.api.incident_shape import Incident as Shown
from dashboard.api.incident_told import deleted, shown
from dashboard.api.shape import answering
from dashboard.api.watchlist import actor_of

Answer = Callable[[Incident], Awaitable[dict[str, Any]]]


def router(context: Context) -> APIRouter:
    """Return the routes that change incidents."""
    routes = APIRouter(prefix="/api/v1/incidents/{incident}", tags=["incidents"])

    async def answer(incident: Incident) -> dict[str, Any]:
        def gone() -> set[str]:
            with context.store.reading() as tx:
                return deleted(tx, [incident])

        return shown(incident, await anyio.to_thread.run_sync(gone))

    _handling(routes, context, answer)
    _record(routes, context, answer)
    return routes


def _handling(routes: APIRouter, context: Context, answer: Answer) -> None:
    handling = Handling(context.store, context.bus, context.clock)

    @routes.post("/acknowledge", **answering(Shown))
    async def acknowledge(incident: str, request: Request, who: body.By | None = None) -> dict[str, Any]:
        """Say that it was seen, which ends the escalation; 409 if another person did, or it is resolved."""
        return await answer(await handling.acknowledge(_by(request, who), incident))

    @routes.post("/own", **answering(Shown))
    async def own(incident: str, request: Request, who: body.By | None = None) -> dict[str, Any]:
        """Take it in hand; 409 if another person has it, or it is resolved."""
        return await answer(await handling.own(_by(request, who), incident))

    @routes.post("/hand-over", **answering(Shown))
    async def hand_over(incident: str, request: Request, asked: body.HandOver) -> dict[str, Any]:
        """Put it into the hands of another person."""
        return await answer(await handling.hand_over(_by(request, asked), incident, asked.to, asked.note))

    @routes.post("/resolve", **answering(Shown))
    async def resolve(incident: str, request: Request, asked: body.Ending | None = None) -> dict[str, Any]:
        """Say that it is over; 409 if it was resolved already by somebody else."""
        asked = asked or body.Ending()
        return await answer(await handling.resolve(_by(request, asked), incident, asked.reason, asked.verdict))

    @routes.post("/false-alarm", **answering(Shown))
    async def false_alarm(incident: str, request: Request, asked: body.FalseAlarm | None = None) -> dict[str, Any]:
        """Say that it is over and was noise, in one."""
        asked = asked or body.FalseAlarm()
        return await answer(await handling.false_alarm(_by(request, asked), incident, asked.reason))

    @routes.post("/verdict", **answering(Shown))
    async def verdict(incident: str, request: Request, asked: body.Judging) -> dict[str, Any]:
        """Say whether it was real or noise, also after it is resolved, and again: the budget learns from it."""
        return await answer(await handling.judge(_by(request, asked), incident, asked.verdict))


def _record(routes: APIRouter, context: Context, answer: Answer) -> None:
    record = Record(context.store, context.bus, context.clock)
    silencing = Silencing(context.store, context.bus, context.clock)

    @routes.post("/comment", **answering(Shown))
    async def comment(incident: str, request: Request, asked: body.Comment) -> dict[str, Any]:
        """Write something into the log, for colleagues."""
        return await answer(await record.comment(_by(request, asked), incident, asked.text))

    @routes.post("/statement", **answering(Shown))
    async def statement(incident: str, request: Request, asked: body.Statement) -> dict[str, Any]:
        """Mark that we said something in public; forecasts and the curve go by it."""
        at = asked.at.timestamp() if asked.at else context.clock.now()
        return await answer(await record.statement(_by(request, asked), incident, at, asked.text, asked.url))

    @routes.post("/tick", **answering(Shown))
    async def tick(incident: str, request: Request, asked: body.Tick) -> dict[str, Any]:
        """Say that a step of the playbook is done, or is not."""
        return await answer(await record.tick(_by(request, asked), incident, asked.step, done=asked.done))

    @routes.post("/silence", **answering(Shown))
    async def silence(incident: str, request: Request, asked: body.SilenceOn) -> dict[str, Any]:
        """Silence what it is about, up to its severity; the silence outlives it and `DELETE /silences/{id}` ends it."""
        until = asked.end(context.clock.now())
        kept, _ = await silencing.on(_by(request, asked), incident, asked.reason, until, asked.severity)
        return await answer(kept)


def _by(request: Request, asked: body.By | None) -> By:
    return By(actor_of(request), asked.person if asked else None)
