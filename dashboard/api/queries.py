"""`GET /api/v1/queries/preview`: what a query would find, before it is in force."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from app.config import Config
from app.domain import query
from app.domain.instant import rfc3339
from app.domain.preview import Example, Finds, Preview, Wish
from app.domain.saved import Kind
from app.domain.why import why
from app.domain.wire import UNKNOWN, write
from app.errors import NotFound, QueryError
from app.service import Context
from dashboard.api import shape
from dashboard.api.query import BrandId, From
from dashboard.preview import Asked, in_force, preview

KINDS: tuple[Kind, ...] = ("brands", "competitors")


class Word(shape.Shape):
    """A part of the text that matched."""

    text: str
    start: int
    end: int


class Said(shape.Mention):
    """Something the query finds; what was a mention of nobody so far has not been analysed: `sentiment` is null."""

    sentiment: shape.Sentiment | None  # type: ignore[assignment] # it is wider on purpose
    why: list[Word]


class Some(shape.Shape):
    """How many, and the newest of them."""

    count: int
    examples: list[Said]


class Hour(shape.Shape):
    """How many were published in the hour from `start` on."""

    start: AwareDatetime
    count: int


class Found(shape.Shape):
    """What the query finds among `looked_at` posts; `since` is null when everything was looked at (`complete`).

    `added` and `lost` are the difference to the query in force of `brand`, null without one.
    """

    query: str
    looked_at: int
    since: AwareDatetime | None
    until: AwareDatetime
    complete: bool
    matched: int
    volume: list[Hour]
    examples: list[Said]
    added: Some | None
    lost: Some | None


def router(context: Context) -> APIRouter:
    """Return the route of previews."""
    routes = APIRouter(prefix="/api/v1", tags=["queries"])

    @routes.get("/queries/preview", **shape.answering(Found))
    async def look(
        q: Annotated[str, Query(max_length=query.LONGEST * 2, description="The query, written as in config.yaml")],
        brand: BrandId = None,
        exclude: Annotated[list[str] | None, Query(description="Queries for other senses; may be given often")] = None,
        start: From = None,
        limit: Annotated[int, Query(ge=0, le=200, description="Examples of each sort")] = 20,
    ) -> dict[str, Any]:
        """Look for a query in the archive and among the unmatched posts of the last 24 h, newest first, for 2 s.

        With `brand` also the difference to its query in force; its exclusions count unless `exclude` is given.
        """
        config = context.config
        force = _in_force(config, brand) if brand is not None else None
        others = tuple(_exclusion(number, text) for number, text in enumerate(exclude or (), 1) if text.strip())
        wish = Wish(query.parse(q), force.exclude if force and exclude is None else others)
        spam = tuple(map(query.parse, config.watched.spam))
        found = await preview(context, Asked(wish, force, spam, start=start, limit=limit))
        return _written(wish.query, force.query if force else wish.query, found)

    return routes


def _in_force(config: Config, brand: str) -> Wish:
    for kind in KINDS:
        if found := in_force(config, kind, brand):
            return found
    choices = ", ".join(one.id for one in config.watched.brands)
    raise NotFound(f"There is no brand {brand[:80]!r}. Choose one of: {choices}.")


def _exclusion(number: int, text: str) -> query.Query:
    try:
        return query.parse(text)
    except QueryError as error:
        raise QueryError(f"exclude {number}: {error}", error.position) from None


def _written(wanted: query.Query, force: query.Query, found: Preview) -> dict[str, Any]:
    return {
        "query": str(wanted),
        "looked_at": found.looked_at,
        "since": None if found.since is None else rfc3339(found.since),
        "until": rfc3339(found.until),
        "complete": found.complete,
        "matched": found.matched.count,
        "volume": [{"start": rfc3339(start), "count": count} for start, count in found.volume],
        "examples": [_said(wanted, one) for one in found.matched.examples],
        "added": _some(wanted, found.added),
        "lost": _some(force, found.lost),
    }


def _some(wanted: query.Query, finds: Finds | None) -> dict[str, Any] | None:
    return None if finds is None else {"count": finds.count, "examples": [_said(wanted, one) for one in finds.examples]}


def _said(wanted: query.Query, example: Example) -> dict[str, Any]:
    said = example.mention
    written = UNKNOWN | write(said, example.analysis)
    words = [{"text": said.text[p.start : p.end], "start": p.start, "end": p.end} for p in why(wanted, said)]
    return {**written, "why": words}
