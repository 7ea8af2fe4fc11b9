"""How often analyzers and persons agree, by brand and language, and which mentions to judge next."""

from typing import Literal, NamedTuple

from app.domain.accuracy import Agreement, Verdicts, agreement
from app.domain.analysis import AnalysedMention
from app.service import Context

WEEK = 7 * 86_400
"""Seconds of the past of which mentions are drawn."""


class Scores(NamedTuple):
    """The agreement about one brand in one language."""

    brand: str
    language: str
    sentiment: Agreement
    random: Agreement
    """Only about what was drawn at random, and so without the bias that people correct what looks wrong."""
    intents: Agreement


def scores(context: Context, model: str | None = None) -> list[Scores]:
    """Return the agreement by brand and language; reads the archive, so never on the event loop."""
    with context.store.reading() as tx:
        feelings, intents = tx.corrections.verdicts("sentiment", model), tx.corrections.verdicts("intents", model)
    places = sorted({place for one in (*feelings, *intents) for place in _places(one)})
    return [
        Scores(
            *place,
            agreement(one for one in feelings if place in _places(one)),
            agreement(one for one in feelings if place in _places(one) and one.chosen == "random"),
            agreement(one for one in intents if place in _places(one)),
        )
        for place in places
    ]


def candidates(context: Context, brand: str, draw: Literal["random", "uncertain"], limit: int) -> list[AnalysedMention]:
    """Return mentions of the last week to judge; reads the archive, so never on the event loop."""
    since = context.clock.now() - WEEK
    with context.store.reading() as tx:
        draws = tx.corrections.drawn if draw == "random" else tx.corrections.doubtful
        return draws(brand, since, limit)


def _places(one: Verdicts) -> list[tuple[str, str]]:
    return [(brand, one.language) for brand in one.brands]
