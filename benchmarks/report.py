"""What a benchmark returns: figures, each beside the limit measured in the same run.

Report("publish", "Publishing", (Row("mentions", 61_000, "1/s", "redis-benchmark", 150_000, 0.41, 0.35, 0.5),))
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from benchmarks.machine import facts

Reached = Literal["aim", "must", "missed"]


@dataclass(frozen=True)
class Row:
    """One figure; `must` and `aim` are for `ratio` if there is one, else for `value`."""

    what: str
    value: float
    unit: str
    limit: str = ""
    """What was measured beside it, such as `redis-benchmark -P 100`."""
    limit_value: float | None = None
    """In the same unit as `value`."""
    ratio: float | None = None
    """`value` by `limit_value`, or better the median over interleaved rounds."""
    must: float | None = None
    aim: float | None = None
    lower_is_better: bool = False

    @property
    def judged(self) -> float:
        """Return the number that `must` and `aim` are for."""
        return self.value if self.ratio is None else self.ratio

    @property
    def reached(self) -> Reached | None:
        """Say what was reached; None where nothing was asked for. A figure that is no number reached nothing."""
        if self.aim is not None and self._holds(self.aim):
            return "aim"
        if self.must is not None and self._holds(self.must):
            return "must"
        return None if self.must is None else "missed"

    def _holds(self, bound: float) -> bool:
        return self.judged <= bound if self.lower_is_better else self.judged >= bound


@dataclass(frozen=True)
class Series:
    """A curve for the page: `y` over `x`, of the same length."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    x_title: str
    y_title: str


@dataclass(frozen=True)
class Report:
    """What one benchmark found out, and the machine it ran on."""

    name: str
    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    machine: dict[str, str] = field(default_factory=facts)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON takes it: numbers that are none become null."""
        said = asdict(self)
        for row, told in zip(self.rows, said["rows"], strict=True):
            told["reached"] = row.reached
        finite: dict[str, Any] = json.loads(json.dumps(said), parse_constant=lambda _: None)
        return finite

    @staticmethod
    def page(reports: Sequence["Report"]) -> str:
        """Return one self-contained HTML page with plots of all reports."""
        from benchmarks.page import page

        return page(reports)


def median(values: Sequence[float]) -> float:
    """Return the median, the lower of two; NaN when there are none."""
    return sorted(values)[(len(values) - 1) // 2] if values else math.nan
