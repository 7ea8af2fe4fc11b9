"""Durations as people write them: 24h, 90d, 10y."""

import re
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

HOUR, DAY, YEAR = 3_600.0, 86_400.0, 31_557_600.0
SECONDS = {"h": HOUR, "d": DAY, "y": YEAR}
_WRITTEN = re.compile(r"(\d{1,6})([hdy])")


class Kept:
    """Marks a number of seconds that is written as a duration of at least so many days."""

    def __init__(self, least: int) -> None:
        self._least = least

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic to read it."""
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def _read(self, written: Any) -> float:
        found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
        if not found:
            raise ValueError("a duration has to stand here: hours, days or years such as 24h, 90d or 10y")
        seconds = int(found[1]) * SECONDS[found[2]]
        if seconds < self._least * DAY:
            raise ValueError(f"it has to be at least {self._least}d")
        return seconds
