"""A table in a file, CSV or Parquet, row by row; how a CSV is written is found out."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec
from charset_normalizer import from_bytes

from app.errors import WrongInput

DELIMITERS = ",;\t|"
SAMPLE = 256 * 2**10
LARGEST_CELL = 4 * 2**20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Row(msgspec.Struct, frozen=True):
    """One row: its number as a spreadsheet shows it (the head is row 1), its cells by column, or what is wrong."""

    number: int
    cells: dict[str, Any]
    fault: str = ""


class Table(Protocol):
    """A table whose columns have names."""

    columns: tuple[str, ...]
    made: str
    """How it is written, for people: "CSV, utf-8, separated by ;"."""
    total: int
    """How much there is, in the unit of `rows`' second value."""

    def rows(self, after: int = 1) -> Iterator[tuple[Row, int]]:
        """Yield rows behind number `after`, and how far the file is read."""


def opened(path: Path, *, delimiter: str | None = None, encoding: str | None = None) -> Table:
    """Return the table in a file; raise `WrongInput` with a sentence if there is none."""
    try:
        with path.open("rb") as file:
            beginning = file.read(SAMPLE)
    except OSError as error:
        raise WrongInput(f"{path} cannot be read ({error.strerror}); name a CSV or Parquet file.") from None
    if beginning.startswith(b"PAR1"):
        return ParquetTable(path)
    if not beginning.strip():
        raise WrongInput(f"{path} is empty; its first row has to name the columns.")
    encoding = encoding or encoding_of(beginning)
    try:
        " ".encode(encoding)  # a codec of bytes, such as base64, is refused here
        text = codecs.getincrementaldecoder(encoding)("replace").decode(beginning)
    except LookupError:
        raise WrongInput(f"--encoding: there is no encoding {encoding!r}; utf-8, cp1252 or utf-16 are usual.") from None
    if "\x00" in text:
        raise WrongInput(f"{path} is no text; name a CSV or Parquet file, or say --encoding.")
    return CsvTable(path, delimiter or delimiter_of(text), encoding)


def encoding_of(beginning: bytes) -> str:
    """Return how a text is encoded: by its mark, as UTF-8 if it is that, else as it looks."""
    for mark, name in _MARKS:
        if beginning.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        best = from_bytes(beginning[:50_000]).best()
        return best.encoding if best else "cp1252"
    return "utf-8"


def delimiter_of(text: str) -> str:
    """Return what separates the cells: what parts most rows into as many as the head, and the head into most."""
    lines = text.splitlines(keepends=True)[:200]

    def fit(delimiter: str) -> tuple[float, int]:
        rows = [row for row in csv.reader(lines[:-1] or lines, delimiter=delimiter) if row]
        width = len(rows[0]) if rows else 0
        return (sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0, width)

    return max(DELIMITERS, key=fit)


class CsvTable:
    """A CSV whose first row names the columns."""

    def __init__(self, path: Path, delimiter: str, encoding: str) -> None:
        csv.field_size_limit(LARGEST_CELL)
        self._path, self._delimiter, self._encoding = path, delimiter, encoding
        self.total = path.stat().st_size
        shown = {"\t": "tabs"}.get(delimiter, delimiter)
        self.made = f"CSV, {encoding}, separated by {shown}"
        with path.open("rb") as raw, self._decoded(raw) as text:
            head = next(csv.reader(text, delimiter=delimiter), [])
        self.columns = tuple(name.strip() for name in head)
        _checked(path, self.columns)

    def rows(self, after: int = 1) -> Iterator[tuple[Row, int]]:
        """Yield rows behind number `after`, and how many bytes are read."""
        with self._path.open("rb") as raw, self._decoded(raw) as text:
            reader = csv.reader(text, delimiter=self._delimiter)
            number = 0
            while True:
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    cells, fault = [], f"This row cannot be read: {error}."
                else:
                    fault = self._fault(cells)
                if number <= max(1, after) or (not fault and not any(cell.strip() for cell in cells)):
                    continue
                yield Row(number, dict(zip(self.columns, cells, strict=False)), fault), raw.tell()

    def _fault(self, cells: list[str]) -> str:
        wide = len(self.columns)
        if len(cells) <= wide or not any(cell.strip() for cell in cells[wide:]):
            return ""
        return f"This row has {len(cells)} cells, the head {wide}; put cells that hold a separator in quotes."

    def _decoded(self, raw: BinaryIO) -> io.TextIOWrapper:
        return io.TextIOWrapper(raw, encoding=self._encoding, errors="replace", newline="")


class ParquetTable:
    """A Parquet file; pyarrow reads it, which `pip install 'emberwatch[parquet]'` brings."""

    def __init__(self, path: Path) -> None:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            raise WrongInput(
                "Parquet needs one more package: pip install 'emberwatch[parquet]'; or export the table as CSV."
            ) from None
        try:
            self._file = parquet.ParquetFile(path)
        except (ArrowException, OSError) as error:
            raise WrongInput(f"{path} is no whole Parquet file: {str(error).splitlines()[0][:200]}.") from None
        self.columns = tuple(str(name) for name in self._file.schema_arrow.names)
        self.total = int(self._file.metadata.num_rows)
        self.made = f"Parquet, {self.total:,} rows"
        _checked(path, self.columns)

    def rows(self, after: int = 1) -> Iterator[tuple[Row, int]]:
        """Yield rows behind number `after`, and how many are read."""
        number = 1
        for batch in self._file.iter_batches(batch_size=1_000):
            if number + batch.num_rows <= after:
                number += batch.num_rows
                continue
            for cells in batch.to_pylist():
                number += 1
                if number > after:
                    yield Row(number, cells), number - 1


def _checked(path: Path, columns: tuple[str, ...]) -> None:
    if not any(columns):
        raise WrongInput(f"{path} names no columns; its first row has to.")
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    if doubled:
        raise WrongInput(f"{path} has two columns called {doubled[0]!r}; rename one of them.")
