"""`GET /api/v1/mentions`: what was said, newest first, or one of it by its key."""

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter
from pydantic import BeforeValidator

from app.domain.analysis import AnalysedMention, Label
from app.domain.forms import Words
from app.domain.query import parse
from app.domain.wire import write
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
from dashboard.api.shape import Items, Mention, answering


def router(context: Context) -> APIRouter:
    """Return the routes that find mentions."""
    routes = APIRouter(prefix="/api/v1", tags=["mentions"])

    @routes.get("/mentions", **answering(Items[Mention]))
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
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """Find mentions by brand, topic, query, words in any form, time, sentiment, intent and channel."""
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

        def find() -> Page[Any]:
            with context.store.reading() as tx:
                return tx.mentions.find(wanted, cursor, limit)

        page = await anyio.to_thread.run_sync(find)
        return {"items": [write(one.mention, one.analysis) for one in page.items], "next": page.next}

    @routes.get("/mentions/{key}", **answering(Mention))
    async def mention(key: str) -> dict[str, Any]:
        """Return one mention with all we understood of it."""

        def get() -> AnalysedMention:
            with context.store.reading() as tx:
                return tx.mentions.get(key).analysed

        one = await anyio.to_thread.run_sync(get)
        return write(one.mention, one.analysis)

    return routes
