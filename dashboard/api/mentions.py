"""`GET /api/v1/mentions`: what was said, newest first, or one of it by its key."""

from collections.abc import Collection
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query
from pydantic import AfterValidator, BeforeValidator

from app.domain.analysis import Label
from app.domain.forms import Words
from app.domain.priority import LEVELS
from app.domain.query import parse
from app.errors import WrongInput
from app.service import Context
from app.store.page import Page
from app.store.search import MentionFilter
from dashboard.api.query import (
    BrandId,
    CampaignId,
    Cursor,
    Forms,
    From,
    Limit,
    Text,
    To,
    TopicId,
    Word,
    given,
    scope_of,
)
from dashboard.api.shape import Items, answering
from dashboard.api.weighed import Weighed, weighed
from dashboard.weighing import Weighed as One
from dashboard.weighing import Weighing

TRIES = 10
"""Pages of the archive that are weighed for one answer by priority; who finds nothing in them goes on with `next`."""


def _levels(text: str | None) -> frozenset[str] | None:
    if not text:
        return None
    wanted = frozenset(part.strip() for part in text.split(","))
    if strange := sorted(wanted.difference(LEVELS)):
        raise ValueError(f"there is no priority {strange[0][:40]!r}; choose some of {', '.join(LEVELS)}")
    return wanted


Levels = Annotated[
    str | None,
    AfterValidator(_levels),
    Query(description="Only these levels, as in urgent,high; a page may be short, `next` leads on"),
]


def router(context: Context) -> APIRouter:
    """Return the routes that find mentions."""
    routes = APIRouter(prefix="/api/v1", tags=["mentions"])
    weighing = Weighing(context)

    @routes.get("/mentions", **answering(Items[Weighed]))
    async def mentions(
        brand: BrandId = None,
        topic: TopicId = None,
        campaign: CampaignId = None,
        q: Text = None,
        words: Forms = None,
        start: From = None,
        end: To = None,
        sentiment: Annotated[Label | None, BeforeValidator(given)] = None,
        intent: Word = None,
        channel: Word = None,
        priority: Levels = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """Find mentions by brand, topic, query, words in any form, time, label, intent, channel and priority now."""
        if brand is None and (topic or campaign):
            raise WrongInput("brand: topics and campaigns are asked for together with their brand.")
        wanted = MentionFilter(
            brand=None if brand is None else scope_of(context.config, brand, topic, campaign),
            q=parse(q) if q else None,
            words=Words.of(words) if words else None,
            start=start,
            end=end,
            sentiment=sentiment,
            intent=intent,
            channel=channel,
        )

        page = await anyio.to_thread.run_sync(_find, context, weighing, wanted, priority, cursor, limit)
        return {"items": [weighed(one) for one in page.items], "next": page.next}

    @routes.get("/mentions/{key}", **answering(Weighed))
    async def mention(key: str) -> dict[str, Any]:
        """Return one mention with all we understood of it."""

        def get() -> One:
            with context.store.reading() as tx:
                return weighing.weigh(tx, [tx.mentions.get(key).analysed], context.clock.now())[0]

        return weighed(await anyio.to_thread.run_sync(get))

    return routes


def _find(
    context: Context,
    weighing: Weighing,
    wanted: MentionFilter,
    levels: Collection[str] | None,
    cursor: str | None,
    limit: int,
) -> Page[One]:
    """Return a page; priority changes with time, so it is worked out mention by mention, in the order of the page."""
    items: list[One] = []
    with context.store.reading() as tx:
        for _ in range(TRIES):
            page = tx.mentions.find(wanted, cursor, limit - len(items))
            some = weighing.weigh(tx, page.items, context.clock.now())
            items += [one for one in some if levels is None or one.priority.level in levels]
            cursor = page.next
            if levels is None or cursor is None or len(items) == limit:
                break
    return Page(items, cursor)
