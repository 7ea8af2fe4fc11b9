"""`/api/v1/mentions/{key}/analysis`, `/api/v1/analysis`: what persons say of mentions, and how often we were right."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from app.domain.accuracy import Agreement
from app.domain.correction import FIELDS
from app.domain.wire import write
from app.errors import WrongInput
from app.judgement import Judged, Judgements
from app.service import Context
from app.store.corrections import Said
from dashboard import schooling
from dashboard.accuracy import Scores, candidates, scores
from dashboard.api import shape
from dashboard.api.body import CorrectionBody
from dashboard.api.query import BrandId, Word, brand_of
from dashboard.api.watchlist import actor_of

MOST = 50
"""Mentions drawn at once."""


def router(context: Context) -> APIRouter:
    """Return the routes of judging."""
    routes = APIRouter(prefix="/api/v1", tags=["analysis"])
    judgements = Judgements(context.store, context.bus, context.clock)

    @routes.post("/mentions/{key}/analysis", **shape.answering(shape.Corrected, also=202))
    async def correct(key: str, body: CorrectionBody, request: Request, response: Response) -> dict[str, Any]:
        """Say what a mention means, or that we were right; 202: kept, and counted as soon as Redis is back."""
        given = [field for field in FIELDS if field in body.model_fields_set]
        if not given:
            raise WrongInput("sentiment, intents: say one of them or both; null takes back what was said before.")
        said = [Said(field, _value(getattr(body, field))) for field in given]
        return _answer(await judgements.judge(actor_of(request), key, said, body.sample), response)

    @routes.delete("/mentions/{key}/analysis", **shape.answering(shape.Corrected, also=202))
    async def take_back(key: str, request: Request, response: Response) -> dict[str, Any]:
        """Take back all that persons said of a mention; it is analysed anew."""
        said = [Said(field, None) for field in FIELDS]
        return _answer(await judgements.judge(actor_of(request), key, said), response)

    @routes.get("/analysis/sample", **shape.answering(shape.Items[shape.Drawn]))
    async def sample(
        brand: Annotated[str, Query(description="The id of a brand or competitor")],
        draw: Annotated[
            Literal["random", "uncertain"], Query(description="Any of the last 7 days, or the latest called uncertain")
        ] = "random",
        limit: Annotated[int, Query(ge=1, le=MOST)] = 10,
    ) -> dict[str, Any]:
        """Draw mentions to judge; those drawn at random tell how good the analyzers are without a bias."""
        brand_of(context.config, brand)
        found = await anyio.to_thread.run_sync(candidates, context, brand, draw, limit)
        tickets = [judgements.ticket(one.mention.key) if draw == "random" else "" for one in found]
        items = [
            write(one.mention, one.analysis) | {"sample": ticket} for one, ticket in zip(found, tickets, strict=True)
        ]
        return {"items": items, "next": None}

    @routes.get("/analysis/accuracy", **shape.answering(shape.Items[shape.Accuracy]))
    async def accuracy(
        brand: BrandId = None,
        language: Annotated[Word, Query(description="A language such as de; all without it")] = None,
        model: Annotated[Word, Query(description="Only what this model had said; all without it")] = None,
    ) -> dict[str, Any]:
        """Tell how often analyzers and persons agree, by brand and language."""
        if brand is not None:
            brand_of(context.config, brand)
        found = await anyio.to_thread.run_sync(scores, context, model)
        wanted = [one for one in found if brand in {None, one.brand} and language in {None, one.language}]
        return {"items": [_scores(one) for one in wanted], "next": None}

    @routes.get("/analysis/schooling", **shape.answering(shape.Items[shape.Schooling]))
    async def lessons(
        brand: BrandId = None, limit: Annotated[int, Query(ge=1, le=MOST, description="Runs told at most")] = 20
    ) -> dict[str, Any]:
        """Tell what brands have taught the sentiment model, newest run first; `emberwatch train --brand` starts one."""
        if brand is not None:
            brand_of(context.config, brand)
        found = await anyio.to_thread.run_sync(schooling.runs, context, brand, limit)
        return {"items": [schooling.written(run) for run in found], "next": None}

    return routes


def _value(value: str | list[str] | None) -> str | tuple[str, ...] | None:
    return tuple(dict.fromkeys(value)) if isinstance(value, list) else value


def _answer(judged: Judged, response: Response) -> dict[str, Any]:
    if not judged.delivered:
        response.status_code = HTTPStatus.ACCEPTED
    return write(judged.analysed.mention, judged.analysed.analysis) | {"delivered": judged.delivered}


def _scores(one: Scores) -> dict[str, Any]:
    return {
        "brand": one.brand,
        "language": one.language,
        "sentiment": _agreement(one.sentiment),
        "random": _agreement(one.random),
        "intents": _agreement(one.intents),
    }


def _agreement(one: Agreement) -> dict[str, Any]:
    low, high = one.interval
    return {
        "count": one.count,
        "uncertain": one.uncertain,
        "right": one.right,
        "accuracy": one.share,
        "low": low,
        "high": high,
        "confusion": [
            {"said": list(said), "meant": list(meant), "count": count} for (said, meant), count in one.pairs.items()
        ],
    }
