"""`GET /api/v1/brands/{brand}/voices`: how many voices are behind the posts, and who says the same."""

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from app.domain.chorus import Chorus
from app.domain.instant import rfc3339
from app.domain.voices import heard
from app.domain.wall import Audience, Screen
from app.service import Context
from app.store.choruses import Choir
from dashboard.api.burst import told
from dashboard.api.moment import present
from dashboard.api.query import CampaignId, Limit, TopicId, Window, scope_of, seconds
from dashboard.api.shape import answering
from dashboard.api.voice_shape import Voices
from dashboard.audience import masked, named, quoted

Shown = Annotated[
    Audience,
    BeforeValidator(lambda text: text or "control"),
    Query(description="Who sees it: executive hides names, foyer texts too"),
]


def router(context: Context) -> APIRouter:
    """Return the route of voices."""
    routes = APIRouter(prefix="/api/v1", tags=["voices"])

    @routes.get("/brands/{brand}/voices", **answering(Voices))
    async def voices(
        brand: str,
        topic: TopicId = None,
        campaign: CampaignId = None,
        window: Window = "3600",
        limit: Limit = 20,
        audience: Shown = "control",
    ) -> dict[str, Any]:
        """Return posts, voices and authors of the last `window`, and the texts repeated most often, with how.

        Copies and near-copies are one voice, however many people pass them on. A burst is judged where six accounts
        or more say the same within ten minutes, each ground with its reason in words.
        """
        scope = scope_of(context.config, brand, topic, campaign)
        state, now = await present(context, scope, seconds(window))
        since = now - seconds(window)

        def read() -> Choir:
            with context.store.reading() as tx:
                return tx.choruses.read(scope, since, now + 1)

        choir = await anyio.to_thread.run_sync(read)
        found = await anyio.to_thread.run_sync(heard, state.voices(now, seconds(window)))
        authors = len(state.authors(now, seconds(window)))
        screen = Screen("", audience=audience)
        return {
            "brand": scope,
            "since": rfc3339(since),
            "posts": found.posts,
            "voices": found.voices,
            "reposts": found.reposts / found.posts if found.posts else 0.0,
            "copies": found.repeated,
            "authors": authors,
            "authors_per_post": authors / found.posts if found.posts else None,
            "looked_at": choir.looked_at,
            "clusters": [_cluster(one, screen) for one in choir.choruses[:limit]],
        }

    return routes


def _cluster(one: Chorus, screen: Screen) -> dict[str, Any]:
    mention = one.example.mention
    author = mention.author.name or mention.author.handle or mention.author.id
    text = mention.text if named(screen) else masked(mention.text)
    return {
        "voice": one.fingerprint,
        "text": text if quoted(screen) else None,
        "author": author if named(screen) else None,
        "key": mention.key,
        "channel": mention.channel,
        "posts": one.posts,
        "authors": one.authors,
        "reposts": one.reposts,
        "similar": one.similar,
        "started_at": rfc3339(one.started_at),
        "ended_at": rfc3339(one.ended_at),
        "burst": told(one.burst) if one.burst.authors else None,
    }
