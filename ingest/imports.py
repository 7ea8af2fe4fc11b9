"""Imports: a table becomes lines of a recording; how far it came is noted, what was rejected is listed in a file."""

import csv
import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from app.errors import WrongInput
from ingest.mapping import MOMENTS, Mapping
from ingest.moments import Moments
from ingest.recording import Line
from ingest.table import Table

SAMPLE = 1_000
"""Rows that are looked at to tell how dates are written."""


def lines(
    table: Table, mapping: Mapping, zone: ZoneInfo, shape: str | None, now: float, after: int = 1
) -> Iterator[tuple[Line, int]]:
    """Yield the rows of a table behind number `after` as lines, and how far the file is read."""
    sample = [row.cells for row, _ in islice(table.rows(), SAMPLE)]
    moments = {
        field: Moments(zone, shape, [cells.get(mapping.columns[field]) for cells in sample])
        for field in MOMENTS
        if field in mapping.columns
    }
    return ((mapping.lines(row, moments, now), place) for row, place in table.rows(after))


class Bookmark:
    """How far an import came, beside the data of the installation, so that one that was broken off goes on there."""

    def __init__(self, data: Path, path: Path, mapping: Mapping, source: str) -> None:
        found = path.stat()
        known = (str(path.resolve()), found.st_size, found.st_mtime_ns, mapping.columns, mapping.channel, source)
        digest = hashlib.sha256(json.dumps(known).encode()).hexdigest()[:32]
        self._file = data / "imports" / digest

    def row(self) -> int:
        """Return the number of the last row that is done; 1, the head, at the beginning."""
        try:
            return max(1, int(self._file.read_text("ascii")))
        except (OSError, ValueError):
            return 1

    def keep(self, row: int) -> None:
        """Note that everything up to a row is done."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self._file.with_suffix(".new")
        made.write_text(str(row), "ascii")
        made.replace(self._file)

    def forget(self) -> None:
        """Note that the import is done."""
        self._file.unlink(missing_ok=True)


class Rejects:
    """A CSV of rejected rows: number, field, column and reason; made only when there is one."""

    def __init__(self, path: Path, mapping: Mapping, *, anew: bool) -> None:
        self.path, self._mapping, self._anew = path, mapping, anew
        self._file: TextIO | None = None
        self.count = 0

    def add(self, line: Line) -> None:
        """Write a rejected row down."""
        if self._file is None:
            self._file = self._opened()
        column = self._mapping.columns.get(line.field, "")
        csv.writer(self._file).writerow((line.number, line.field, column, line.error))
        self.count += 1

    def close(self) -> None:
        """Have all of it on disk."""
        if self._file is not None:
            self._file.close()

    def _opened(self) -> TextIO:
        begun = not self._anew and self.path.exists()
        try:
            file = self.path.open("a" if begun else "w", encoding="utf-8", newline="")
        except OSError as error:
            raise WrongInput(
                f"The report of rejected rows cannot be written to {self.path} ({error.strerror}); "
                "name another file with --rejected."
            ) from None
        if not begun:
            csv.writer(file).writerow(("row", "field", "column", "reason"))
        return file
