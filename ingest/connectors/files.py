"""Files: tables that others put into a folder, such as the nightly export of a ticket system."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import structlog
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.errors import SourceUnavailable, WrongInput
from ingest.connector import Batch, Setting, Terms
from ingest.imports import lines
from ingest.mapping import mapped
from ingest.poll import Interval, polled
from ingest.recording import Line
from ingest.table import opened

BATCH = 500
MOST = 1_000
"""Files of a folder that are followed, the newest."""

Mark = tuple[int, int, int]
"""Size and change (nanoseconds) of a file, and the last row that is done; 0 rows left: -1."""

DONE = -1
log = structlog.get_logger("ingest")
_marks = msgspec.json.Decoder(dict[str, Mark])


class FilesOptions(BaseModel):
    """Which folder, and how its tables are to be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Field(description="the folder")
    pattern: str = Field("*.csv", description="which of its files")
    map: dict[str, str] = Field({}, description="column by field; the rest is guessed by name")
    channel: str = Field("files", description="the channel, where no column says it")
    zone: str = Field("UTC", description="zone of moments without one")
    date_format: str | None = Field(None, description="how moments are written, as '%d.%m.%Y %H:%M'")
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="what separates cells")
    encoding: str | None = Field(None, description="how the files are encoded")
    interval: Annotated[float, Field(ge=0.1, le=86_400)] = Field(5.0, description="seconds between two looks")

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, KeyError):
            raise ValueError(f"there is no time zone {zone!r}; write one such as Europe/Berlin") from None
        return zone


class FilesConnector:
    """Reads every table of a folder once it stops growing, and again when it has changed; ids make that harmless."""

    channel = "files"
    local = True
    Options = FilesOptions
    terms = Terms("What the owner of the tables allows.", deletions="none")

    def __init__(self, setting: Setting) -> None:
        options = setting.options
        if not isinstance(options, FilesOptions):
            raise TypeError("FilesConnector needs FilesOptions")
        self._setting, self._options = setting, options
        self._marks: dict[str, Mark] = {}
        self._seen: dict[str, tuple[int, int]] = {}
        self._refused: dict[str, tuple[int, int]] = {}

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield the rows of tables behind `cursor`: by file its size, its last change and the last row done."""
        try:
            self._marks = _marks.decode(cursor or "{}")
        except msgspec.MsgspecError:
            log.warning("files.cursor", source=self._setting.source)
        interval = self._options.interval
        async for batch in polled(self._setting, self._round, Interval(interval, interval)):
            yield batch

    async def probe(self) -> str:
        """Count the tables."""
        found = await asyncio.to_thread(self._found)
        return f"There are {len(found)} files that fit {self._options.pattern!r}."

    async def _round(self) -> AsyncIterator[Batch]:
        found = await asyncio.to_thread(self._found)
        self._marks = {name: mark for name, mark in self._marks.items() if name in found}
        faults = []
        for name, state in found.items():
            settled, self._seen[name] = self._seen.get(name) == state, state
            known = self._marks.get(name)
            if not settled or self._refused.get(name) == state or known == (*state, DONE):
                continue
            try:
                async for batch in self._table(name, state, known[2] if known and known[:2] == state else 1):
                    yield batch
            except WrongInput as wrong:
                self._refused[name] = state
                faults.append(f"{name}: {wrong}")
        self._seen = {name: state for name, state in self._seen.items() if name in found}
        self._refused = {name: state for name, state in self._refused.items() if found.get(name) == state}
        if faults:
            yield Batch(received=len(faults), unreadable=len(faults), fault="a table that cannot be read")
            raise SourceUnavailable(faults[0], "setting")

    def _found(self) -> dict[str, tuple[int, int]]:
        """Return size and last change of the files that fit, by name."""
        try:
            if not self._options.path.is_dir():
                raise SourceUnavailable(
                    f"There is no folder {self._options.path}; make it, or correct `path`.", "setting"
                )
            states = {
                path.name: path.stat() for path in self._options.path.glob(self._options.pattern) if path.is_file()
            }
        except (OSError, ValueError, NotImplementedError) as error:
            raise SourceUnavailable(f"The folder {self._options.path} cannot be read ({error}).", "setting") from None
        newest = sorted(states, key=lambda name: states[name].st_mtime_ns)[-MOST:]
        return {name: (states[name].st_size, states[name].st_mtime_ns) for name in newest}

    async def _table(self, name: str, state: tuple[int, int], after: int) -> AsyncIterator[Batch]:
        recording = await asyncio.to_thread(self._lines, name, after)
        row = after
        while some := await asyncio.to_thread(lambda: list(islice(recording, BATCH))):
            row = some[-1].number
            faulty = [line for line in some if line.event is None]
            for line in faulty[:3]:
                log.warning("files.rejected", source=self._setting.source, row=line.number, field=line.field)
            self._marks[name] = (*state, row)
            yield Batch(
                [line.event for line in some if line.event is not None],
                self._cursor(),
                received=len(some),
                unreadable=len(faulty),
                fault=f"a row without a good {faulty[0].field}" if faulty else "",
            )
        self._marks[name] = (*state, DONE)
        yield Batch(cursor=self._cursor())

    def _lines(self, name: str, after: int) -> Iterator[Line]:
        options = self._options
        table = opened(options.path / name, delimiter=options.delimiter, encoding=options.encoding)
        mapping = mapped(table.columns, options.map, options.channel)
        now = self._setting.clock.now()
        return (line for line, _ in lines(table, mapping, ZoneInfo(options.zone), options.date_format, now, after))

    def _cursor(self) -> str:
        return msgspec.json.encode(self._marks).decode()
