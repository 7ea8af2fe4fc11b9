"""`/api/v1/playbooks/{level}`: what is to be done at a level, and changing it."""

from typing import Annotated, Any

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.domain.instant import rfc3339
from app.domain.level_words import name
from app.domain.playbook import Playbook, Step
from app.domain.spoken import language_of
from app.playbooks import change, playbook, playbooks, restore
from app.service import Context
from dashboard.api import explained_shape as shape
from dashboard.api.query import Word
from dashboard.api.shape import Items, answering
from dashboard.api.watchlist import actor_of

Lang = Annotated[Word, Query(description="de or en; the site's language if left out")]


class NewStep(BaseModel):
    """One thing to do; keep the id of a step whose text you change."""

    model_config = ConfigDict(extra="forbid")

    id: str
    text: str
    role: str = ""
    within: int | None = None


class NewPlaybook(BaseModel):
    """What is to be done at a level from now on."""

    model_config = ConfigDict(extra="forbid")

    aim: str
    steps: list[NewStep] = Field(max_length=100)


def router(context: Context) -> APIRouter:
    """Return the routes of playbooks."""
    routes = APIRouter(prefix="/api/v1/playbooks", tags=["incidents"])

    @routes.get("", **answering(Items[shape.Playbook]))
    async def every(lang: Lang = None) -> dict[str, Any]:
        """List the playbooks of all levels in one language, the lowest level first."""
        found = await anyio.to_thread.run_sync(playbooks, context.store, _language(context, lang))
        return {"items": [_shown(one) for one in found], "next": None}

    @routes.get("/{level}", **answering(shape.Playbook))
    async def one(level: int, lang: Lang = None) -> dict[str, Any]:
        """Return the playbook of a level."""
        return _shown(await anyio.to_thread.run_sync(playbook, context.store, level, _language(context, lang)))

    @routes.put("/{level}", **answering(shape.Playbook))
    async def put(level: int, wanted: NewPlaybook, request: Request, lang: Lang = None) -> dict[str, Any]:
        """Change the playbook of a level in one language; ticks hang on the ids of steps."""
        steps = tuple(Step(step.id, step.text.strip(), step.role.strip(), step.within) for step in wanted.steps)
        made = Playbook(level, language_of(_language(context, lang)), wanted.aim.strip(), steps)
        actor, now = actor_of(request), context.clock.now()
        return _shown(await anyio.to_thread.run_sync(change, context.store, actor, made, now))

    @routes.delete("/{level}", **answering(shape.Playbook))
    async def delete(level: int, request: Request, lang: Lang = None) -> dict[str, Any]:
        """Put the playbook of a level back to what is shipped, and return that."""
        actor, now = actor_of(request), context.clock.now()
        language = _language(context, lang)
        return _shown(await anyio.to_thread.run_sync(restore, context.store, actor, level, language, now))

    return routes


def _language(context: Context, lang: str | None) -> str:
    return language_of(lang or context.config.site.language)


def _shown(one: Playbook) -> dict[str, Any]:
    changed = rfc3339(one.changed_at) if one.changed_at is not None else None
    return {**msgspec.to_builtins(one), "name": name(one.level, one.language), "changed_at": changed}
