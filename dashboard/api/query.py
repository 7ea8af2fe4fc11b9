"""Parameters that several routes share, and how they are read; an empty one was not given."""

import re
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from app.config import Config
from app.domain.brand import Brand, scope
from app.domain.instant import from_rfc3339
from app.errors import NotFound, WrongInput

DAY = 86_400
UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": DAY}
_BARE_PLUS = re.compile(r" (\d\d:?\d\d)$")
"""An offset such as +01:00 whose plus nobody encoded arrives with a space."""


def given(text: str | None) -> str | None:
    """Return a parameter, None for an empty one."""
    return text or None


def _instant(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return from_rfc3339(_BARE_PLUS.sub(r"+\1", text))
    except (ValueError, OverflowError) as reason:
        raise ValueError(f"write an instant such as 2026-11-21T18:00:00Z ({reason})") from None


def _window(text: str) -> str:
    if not 0 < seconds(text) <= DAY:
        raise ValueError("write a window such as 3600, 30m or 6h, at most 24h")
    return text


def seconds(text: str) -> float:
    """Return the seconds of `3600`, `30m`, `6h`; 0 for what is none."""
    digits = text.rstrip("smindh")
    unit = text[len(digits) :] or "s"
    return int(digits) * UNITS.get(unit, 0) if digits.isascii() and digits.isdigit() and len(digits) < MANY else 0


MANY = 10
"""Digits of a window that are certainly too many, and choices that are enough."""

Word = Annotated[str | None, BeforeValidator(given)]
Text = Annotated[
    Annotated[str, Field(max_length=2000)] | None,
    BeforeValidator(given),
    Query(description="A query on the text, written as in config.yaml"),
]
Forms = Annotated[
    Annotated[str, Field(max_length=2000)] | None,
    BeforeValidator(given),
    Query(description="Words that have to be there, each in any German or English form"),
]
BrandId = Annotated[str | None, BeforeValidator(given), Query(description="The id of a brand; all without it")]
TopicId = Annotated[
    str | None, BeforeValidator(given), Query(description="The id of a topic: only what was said about it; needs brand")
]
CampaignId = Annotated[
    str | None, BeforeValidator(given), Query(description="The id of a campaign: only what belongs to it; needs brand")
]
Instant = Annotated[
    float | None, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"}), Query()
]
"""Seconds since the epoch, written as RFC 3339 with an offset."""

From = Annotated[Instant, Query(alias="from", description="The first instant, RFC 3339 with an offset")]
To = Annotated[Instant, Query(alias="to", description="The instant after the last, RFC 3339 with an offset")]
Cursor = Annotated[str | None, BeforeValidator(given), Query(description="`next` of the page before")]
Window = Annotated[str, AfterValidator(_window), Query(description="The last so many seconds, or 30m, 6h")]
Limit = Annotated[int, Query(ge=1, le=500)]


def brand_of(config: Config, brand: str) -> Brand:
    """Return the brand of that id; raise `NotFound` with the choices."""
    brands = config.watched.brands
    found = next((one for one in brands if one.id == brand), None)
    if found is None:
        choices = ", ".join(b.id for b in brands[:MANY])
        raise NotFound(f"There is no brand {brand[:80]!r}. Choose one of: {choices}.")
    return found


def scope_of(config: Config, brand: str, topic: str | None = None, campaign: str | None = None) -> str:
    """Return what a brand, or one of its topics or campaigns, is counted under; raise `NotFound` with the choices."""
    brand_of(config, brand)
    if topic and campaign:
        raise WrongInput("campaign: ask for a topic or for a campaign, not for both.")
    topics = [one.id for one in config.topics if not one.brands or brand in one.brands]
    campaigns = [one.id for one in config.campaigns if one.brand == brand]
    for kind, wanted, known in (("topic", topic, topics), ("campaign", campaign, campaigns)):
        if wanted and wanted not in known:
            choices = f"choose one of: {', '.join(known[:MANY])}" if known else "it has none"
            raise NotFound(f"{brand} has no {kind} {wanted[:80]!r}; {choices}.")
    part = topic or campaign
    return scope(brand, part) if part else brand
