"""`/hooks/{source}`: where channels call us. Open to everybody, believed only with the channel's signature."""

import asyncio

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from app import registry
from app.config import Source
from app.domain.actor import Actor, authorise
from app.domain.source import Cause, SourceStatus
from app.metrics import MENTIONS
from app.service import Context
from ingest.connector import Setting
from ingest.hook import Hook
from ingest.parcel import Refused, answered, unpacked
from ingest.reception import Reception

AT_ONCE = 32
"""Calls that are read and verified at once; nobody has to show anything before that."""

PATIENCE = 20.0
"""Seconds a body may take."""

log = structlog.get_logger("hooks")


def router(context: Context) -> APIRouter:
    """Return the routes that channels call."""
    hooks, routes = Hooks(context), APIRouter()
    for method, answer in (("POST", hooks.post), ("GET", hooks.get)):
        routes.add_api_route("/hooks/{source}", answer, methods=[method], tags=["hooks"], include_in_schema=False)
    return routes


class Hooks:
    """Takes signed calls for every source whose connector has a `hook`; 200 means that all of it is durable."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reception = Reception(context)
        self._seats = asyncio.Semaphore(AT_ONCE)

    async def get(self, request: Request, source: str) -> Response:
        """Prove to a channel that the address is ours, if it knows the word agreed on."""
        return await answered(lambda: self._get(request, source))

    async def _get(self, request: Request, source: str) -> Response:
        proof = self._hook(self._row(source)).challenge(dict(request.query_params))
        if proof is None:
            raise _distrusted()
        return PlainTextResponse(proof)

    async def post(self, request: Request, source: str) -> Response:
        """Take what a channel tells; answers other than 200 make it tell again."""
        return await answered(lambda: self._post(request, source))

    async def _post(self, request: Request, source: str) -> Response:
        row = self._row(source)
        hook = self._hook(row)
        body = await self._body(request, hook)
        if not hook.trusted(request.headers, body):
            MENTIONS.labels(row.id, "rejected").inc()
            raise _distrusted()
        heard = await asyncio.to_thread(hook.read, request.headers, body, self._context.clock.now())
        if hasattr(hook, "complete"):
            await hook.complete(heard, self._setting(row))
        if heard.unreadable:
            log.warning("hook.unreadable", source=row.id, count=heard.unreadable, fault=heard.fault)
        actor = Actor("machine", f"hook:{row.id}", ("machine",))
        authorise(actor, "mention.push", row.brand or "")
        await self._reception.take(
            heard.events, row, actor, received=heard.received, unreadable=heard.unreadable, fault=heard.fault
        )
        return JSONResponse({"received": heard.received, "unreadable": heard.unreadable})

    def _setting(self, row: Source) -> Setting:
        return Setting(row.id, row.options, self._context.clock, self._context.data, _unheard)

    async def _body(self, request: Request, hook: Hook) -> bytes:
        if self._seats.locked():
            raise Refused(429, "Too fast", "Too many calls at once; call again.", Retry_After="2")
        async with self._seats:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await unpacked(request, hook.largest)
            except TimeoutError:
                raise Refused(408, "Too slow", "The body did not come in time; call again.") from None

    def _row(self, wanted: str) -> Source:
        for row in self._context.config.sources:
            if row.id == wanted and hasattr(registry.load("connectors", row.connector), "hook"):
                return row
        raise Refused(404, "No such source", "No source is called here.")

    def _hook(self, row: Source) -> Hook:
        hook: Hook = registry.load("connectors", row.connector).hook(row.options)
        if hook.missing():
            raise Refused(
                503, "Not ready", "This source is not set up yet; its row says what is missing.", Retry_After="60"
            )
        return hook


def _unheard(status: SourceStatus, reason: str, /, cause: Cause = "") -> None:
    """Take no notice: health is the listener's."""


def _distrusted() -> Refused:
    """Return the answer to whoever is not who they say; it does not say why."""
    return Refused(403, "Not trusted", "This call is not trusted.")
