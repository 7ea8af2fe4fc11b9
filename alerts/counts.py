"""Series of counts in CSV files: rows are read with their line, put on a grid, and written back with verdicts."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from math import isfinite
from pathlib import Path
from zoneinfo import ZoneInfo

from app.errors import EmberwatchError, WrongInput

TIMES = ("timestamp", "time", "time_utc", "datetime", "date")
VALUES = ("value", "count", "counts", "mentions")
FIRST, LAST = 86_400, 7_258_032_000
"""Moments that can be meant: 1970-01-02 to 2199-12-31."""
ADDED = ("expected", "risk", "alarm")
SHORTEST, LONGEST = 1, 3600
"""Seconds between two rows."""
MOST = 1e9
"""Mentions in one row; more is no count of people."""
MILLISECONDS = 1e11
"""Numbers above this are epoch milliseconds, not seconds."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that cannot be used, or a spot where rows are missing or come twice."""

    line: int
    sentence: str


@dataclass(slots=True)
class Counts:
    """One file: its cells as they were, and what could be read of them."""

    path: Path
    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """Line of the file each row begins in."""
    at: list[float | None] = field(default_factory=list)
    """Epoch seconds; None where the row is bad."""
    values: list[float] = field(default_factory=list)
    bad: list[Mistake] = field(default_factory=list)
    delimiter: str = ","


@dataclass(slots=True)
class Grid:
    """Rows as bins of `step` seconds: which row is which bin, and what was noticed on the way."""

    step: int
    starts: list[int] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    """Of each row: its bin, or -1."""
    first: list[bool] = field(default_factory=list)
    """Of each row: whether it brought its bin, or came second or late."""
    gaps: list[Mistake] = field(default_factory=list)
    doubles: list[Mistake] = field(default_factory=list)


def read(path: Path, zone: ZoneInfo) -> Counts:
    """Read a file; moments without a zone are local in `zone`. Raise `WrongInput` if it is no series of counts."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _read(path, file, zone)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongInput(f"{path}: cannot be read as CSV in UTF-8 ({error}).") from error


def _read(path: Path, file: Iterable[str], zone: ZoneInfo) -> Counts:
    lines = iter(file)
    head = next(lines, "")
    delimiter = ";" if head.count(";") > head.count(",") else ","
    header = next(csv.reader([head], delimiter=delimiter), [])
    found = Counts(path, header, delimiter=delimiter)
    clock, number = _columns(path, header)
    moments = _Moments(zone)
    cells = csv.reader(lines, delimiter=delimiter)
    line = 2
    for row in cells:
        if row:
            found.rows.append(row)
            found.lines.append(line)
            _take(found, row, line, clock, number, moments)
        line = cells.line_num + 2
    return found


def _columns(path: Path, header: Sequence[str]) -> tuple[int, int]:
    names = [name.strip().lower() for name in header]
    clock = next((names.index(name) for name in TIMES if name in names), None)
    number = next((names.index(name) for name in VALUES if name in names), None)
    if clock is None or number is None:
        raise WrongInput(f"{path}:1: the first line must name the columns timestamp,value; it says {header}.")
    return clock, number


def _take(found: Counts, row: list[str], line: int, clock: int, number: int, moments: "_Moments") -> None:
    at: float | None = None
    value = 0.0
    try:
        value = _number(row[number])
        at = moments.read(row[clock])
    except IndexError:
        found.bad.append(Mistake(line, f"the row has {len(row)} cells, the first line {len(found.header)}"))
    except ValueError as error:
        found.bad.append(Mistake(line, str(error)))
    found.at.append(at)
    found.values.append(value)


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"value {cell!r} is no number") from None
    if not isfinite(value) or not 0 <= value <= MOST:
        raise ValueError(f"value {cell!r} is no count: write a number from 0 to a billion")
    return value


class _Moments:
    """Reads moments: RFC 3339, ISO without a zone (local, also through a change of the clock), epoch seconds."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._plain = zone.key == "UTC"
        self._last = -float("inf")

    def read(self, cell: str) -> float:
        """Return epoch seconds; raise `ValueError`."""
        text = cell.strip()
        try:
            at = self._moment(text)
        except (ValueError, OverflowError):
            said = "write 2026-03-01 12:00:00, RFC 3339 or seconds"
            raise ValueError(f"timestamp {cell!r} is no moment: {said}") from None
        if not FIRST <= at <= LAST:
            raise ValueError(f"timestamp {cell!r} is no moment of the years 1970 to 2199")
        self._last = at
        return at

    def _moment(self, text: str) -> float:
        if "-" not in text and len(text) > len("20260301") and text.replace(".", "", 1).isdigit():
            seconds = float(text)
            return seconds / 1000 if seconds > MILLISECONDS else seconds
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.timestamp()
        if self._plain:
            return moment.replace(tzinfo=UTC).timestamp()
        local = moment.replace(tzinfo=self._zone)
        at = local.timestamp()
        # the hour that comes twice in autumn: the second time once the first is over
        return at if at > self._last else max(at, local.replace(fold=1).timestamp())


def step_of(counts: Counts) -> int:
    """Return the seconds between two rows, the most frequent distance; raise `WrongInput` if there is none."""
    seen = [at for at in counts.at if at is not None]
    apart = Counter(round(later - earlier) for earlier, later in pairwise(seen) if later > earlier)
    if len(seen) > 2 and sum(later < earlier for earlier, later in pairwise(seen)) > len(seen) / 3:  # noqa: PLR2004 - as few say nothing
        raise WrongInput(f"{counts.path}: most rows are older than the one before; sort them by time, oldest first.")
    if not apart:
        raise WrongInput(f"{counts.path}: too few rows to see how far they are apart; say it with --step 300.")
    most = max(apart.values())
    return checked(min(step for step, times in apart.items() if times == most), str(counts.path))


def checked(step: int, where: str) -> int:
    """Return a step if it is one we can judge; raise `WrongInput`."""
    if not SHORTEST <= step <= LONGEST:
        raise WrongInput(f"{where}: rows are {step} s apart; steps from 1 s to 1 h can be judged. Sum them up first.")
    return step


def grid(counts: Counts, step: int) -> Grid:
    """Put rows into bins of `step` seconds, counted from the first row; the first row of a bin counts."""
    found = Grid(step)
    origin: float | None = None
    last, known = -1, dict[int, int]()
    for at, value, line in zip(counts.at, counts.values, counts.lines, strict=True):
        if at is None:
            found.place.append(-1)
            found.first.append(False)
            continue
        origin = at if origin is None else origin
        slot = round((at - origin) / step)
        fresh = slot > last
        if fresh:
            _gap(found, line, slot - last - 1, begun=last >= 0)
            known[slot] = len(found.starts)
            found.starts.append(int(origin) + slot * step)
            found.counts.append(value)
            last = slot
        else:
            what = "comes again" if slot in known else "comes late"
            found.doubles.append(Mistake(line, f"this moment {what}; its first row counts" if slot in known else what))
        found.place.append(known.get(slot, -1))
        found.first.append(fresh)
    return found


def _gap(found: Grid, line: int, missing: int, *, begun: bool) -> None:
    if begun and missing > 0:
        found.gaps.append(Mistake(line, f"{missing} rows are missing before this one"))


def write(path: Path, counts: Counts, verdicts: Sequence[tuple[str, str, str]]) -> None:
    """Write a file's rows with `expected,risk,alarm` behind them, whole or not at all; raise `EmberwatchError`."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, delimiter=counts.delimiter, lineterminator="\n")
            out.writerow([*counts.header, *ADDED])
            out.writerows([*row, *verdict] for row, verdict in zip(counts.rows, verdicts, strict=True))
        unfinished.replace(path)
    except OSError as error:
        raise EmberwatchError(f"{path}: cannot be written ({error.strerror}); choose another --out.") from error
