"""Moments as tables write them: with or without a zone, the day first or the month, in words or numbers."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.instant import rfc3339
from app.errors import WrongInput

_SLASHED = re.compile(r"^\s*(\d{1,2})/(\d{1,2})/\d{2,4}")
_SHAPES = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%y %H:%M:%S",
    "%d.%m.%y %H:%M",
    "%d.%m.%y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %z %Y",
    "%b %d, %Y %H:%M",
    "%b %d, %Y",
    "%d %b %Y %H:%M",
    "%d %b %Y",
)
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "")
SECONDS, MILLISECONDS = 10**8, 10**11
HIGHEST = 10**14


class Moments:
    """Reads the moments of one column: `shape` as of `strptime`, else what is usual; without a zone `zone` counts."""

    def __init__(self, zone: ZoneInfo, shape: str | None = None, sample: Iterable[Any] = ()) -> None:
        self._zone = zone
        self._shapes = (shape,) if shape else (*_SHAPES, *_slashed(sample))
        self._given = shape is not None

    def rfc3339(self, cell: Any) -> str:
        """Return a moment as RFC 3339; raise `ValueError` with a sentence if it is none."""
        moment = cell if isinstance(cell, datetime) else self._read(cell)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone)
        try:
            return rfc3339(moment.timestamp())
        except (OverflowError, ValueError, OSError):
            raise ValueError("This moment lies out of reach; check the column.") from None

    def _read(self, cell: Any) -> datetime:
        if isinstance(cell, date):
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - the zone is added by who calls
        text = str(cell).strip()
        if not self._given and (found := _plain(text)):
            return found
        for number, shape in enumerate(self._shapes):
            try:
                found = datetime.strptime(text, shape)  # noqa: DTZ007 - the zone is added by who calls
            except ValueError:
                continue
            if number:  # the next cell is probably written alike
                self._shapes = (shape, *self._shapes[:number], *self._shapes[number + 1 :])
            return found
        raise ValueError(
            f"{text[:40]!r} is no moment that can be read; say how they are written, "
            "as in --date-format '%d.%m.%Y %H:%M'."
        )


def _plain(text: str) -> datetime | None:
    """Read ISO 8601, or seconds or milliseconds since the epoch."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number) or not SECONDS < number < HIGHEST:
        return None
    return datetime.fromtimestamp(number / 1000 if number > MILLISECONDS else number, UTC)


def _slashed(sample: Iterable[Any]) -> tuple[str, ...]:
    """Return how dates with slashes are to be read; refuse to guess where every one could be read both ways."""
    firsts: set[str] = set()
    seen = False
    for cell in sample:
        found = _SLASHED.match(str(cell)) if isinstance(cell, str) else None
        if found is None:
            continue
        seen = True
        if int(found[1]) > 12:  # noqa: PLR2004 - there is no thirteenth month
            firsts.add("%d/%m")
        elif int(found[2]) > 12:  # noqa: PLR2004 - as above
            firsts.add("%m/%d")
    if seen and len(firsts) != 1:
        raise WrongInput(
            "Dates like 03/04/2026 may mean March or April; say which with --date-format '%d/%m/%Y' or '%m/%d/%Y', "
            "with the time behind it if there is one, as in '%d/%m/%Y %H:%M'."
        )
    return tuple(f"{first}/{year}{clock}" for first in firsts for year in ("%Y", "%y") for clock in _CLOCKS)
