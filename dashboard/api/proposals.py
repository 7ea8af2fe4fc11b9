"""`/api/v1/proposals`: words to add to the query of a brand, for a person to accept or refuse."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request

from app.domain.actor import Actor
from app.domain.proposal import How, Proposal
from app.domain.wire import UNKNOWN, write
from app.service import Context
from dashboard.api import shape
from dashboard.auth import NOBODY
from dashboard.learning import Learner


class Post(shape.Mention):
    """A post the word would bring, and how likely it is meant, from 0 to 1; it has not been analysed."""

    sentiment: shape.Sentiment | None  # type: ignore[assignment] # it is wider on purpose
    likely: float


class Proposed(shape.Shape):
    """A word: a `spelling` of `near`, or a `word` said of the brand `odds` standard deviations more often than else.

    It would bring `brings` posts of those looked at, of which `precision` (0 to 1, an estimate) look like mentions.
    """

    id: str
    brand: str
    term: str
    how: How
    near: str
    odds: float
    brings: int
    precision: float
    examples: list[Post]


class Done(shape.Shape):
    """What became of a proposal."""

    id: str
    brand: str
    term: str
    done: Literal["accepted", "refused"]


def router(context: Context) -> APIRouter:
    """Return the routes of proposals."""
    routes = APIRouter(prefix="/api/v1", tags=["queries"])
    learner = Learner(context)

    @routes.get("/proposals", **shape.answering(shape.Items[Proposed]))
    async def proposals(brand: Annotated[str, Query(description="The id of a brand or competitor")]) -> dict[str, Any]:
        """List words that people seem to use for a brand and its query does not know, the most useful first."""
        return {"items": [_written(one) for one in await learner.proposals(brand)], "next": None}

    @routes.post("/proposals/{proposal}/accept", **shape.answering(Done))
    async def accept(proposal: str, request: Request) -> dict[str, Any]:
        """Add the word to the query in force."""
        return _done(await learner.accept(_actor(request), proposal), "accepted")

    @routes.post("/proposals/{proposal}/refuse", **shape.answering(Done))
    async def refuse(proposal: str, request: Request) -> dict[str, Any]:
        """Never propose the word for this brand again."""
        return _done(await learner.refuse(_actor(request), proposal), "refused")

    return routes


def _actor(request: Request) -> Actor:
    actor = getattr(request.state, "actor", None)
    return actor if isinstance(actor, Actor) else NOBODY


def _done(one: Proposal, done: str) -> dict[str, Any]:
    return {"id": one.id, "brand": one.brand, "term": one.term, "done": done}


def _written(one: Proposal) -> dict[str, Any]:
    names = ("id", "brand", "term", "how", "near", "odds", "brings", "precision")
    posts = [UNKNOWN | write(post.mention) | {"likely": post.likely} for post in one.examples]
    return {name: getattr(one, name) for name in names} | {"examples": posts}
