"""Parameters that several routes share, and how they are read."""

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator

from app.config import Config
from app.domain.brand import Brand
from app.domain.instant import from_rfc3339
from app.errors import NotFound

DAY = 86_400
UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": DAY}


def _instant(text: str) -> str:
    try:
        from_rfc3339(text)
    except ValueError as reason:
        raise ValueError(f"write an instant such as 2026-11-21T18:00:00Z ({reason})") from None
    return text


def _window(text: str) -> str:
    if not 0 < seconds(text) <= DAY:
        raise ValueError("write a window such as 3600, 30m or 6h, at most 24h")
    return text


def seconds(text: str) -> float:
    """Return the seconds of `3600`, `30m`, `6h`; 0 for what is none."""
    digits = text.rstrip("smindh")
    unit = text[len(digits) :] or "s"
    return int(digits) * UNITS.get(unit, 0) if digits.isascii() and digits.isdigit() else 0


Instant = Annotated[str, AfterValidator(_instant)]
Window = Annotated[str, AfterValidator(_window), Query(description="The last so many seconds, or 30m, 6h")]
Limit = Annotated[int, Query(ge=1, le=500)]


def brand_of(config: Config, brand: str) -> Brand:
    """Return the brand of that id; raise `NotFound` with the choices."""
    found = next((one for one in config.brands if one.id == brand), None)
    if found is None:
        raise NotFound(f"There is no brand {brand!r}. Choose one of: {', '.join(b.id for b in config.brands)}.")
    return found
