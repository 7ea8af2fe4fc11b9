"""The past of one brand as columns of numbers: minutes, as the archive sums them up or as its log tells them."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.domain.tally import MinuteTally, TallyDelta, merge, minutes, split
from app.store.schema import tally_channel, tally_minute
from app.store.tallies import Logged, Tallies

SUMMED = frozenset({"count", "negative", "neutral", "positive", "uncertain", "reach", "reposts"})
"""Measures that the sums tell of; channels, too."""
PACK = 50_000


class Past:
    """Reads much of the past at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tallies = Tallies(connection)

    def sums(self, brand: str, start: float, end: float, names: Collection[str]) -> Iterator[tuple[str, int, int]]:
        """Yield (measure, start of a minute, number) of [start, end); `c.<channel>` is a measure, too."""
        column = tally_minute.c
        wanted = [name for name in names if name in SUMMED]
        if wanted:
            query = select(column.start, *(column[name] for name in wanted)).where(
                column.brand == brand, column.start >= start, column.start < end
            )
            for row in self._rows(query):
                for name, number in zip(wanted, row[1:], strict=True):
                    if number:
                        yield name, row[0], number
        one = tally_channel.c
        for channel in [name.removeprefix("c.") for name in names if name.startswith("c.")]:
            query = select(one.start, one.count).where(
                one.brand == brand, one.channel == channel, one.start >= start, one.start < end
            )
            for at, number in self._rows(query):
                yield f"c.{channel}", at, number

    def oldest(self, brand: str, start: float, end: float) -> int | None:
        """Return the first minute of [start, end) that the sums tell of, None if there is none."""
        column = tally_minute.c
        query = select(func.min(column.start)).where(column.brand == brand, column.start >= start, column.start < end)
        found: int | None = self._connection.scalar(query)
        return found

    def log(self, brand: str, since: float, until: float) -> Iterator[Logged]:
        """Yield what was settled of a brand in [since, until), by the instant it arrived."""
        mark = f"{brand}:m:"
        for entry in self._tallies.log(since, until):
            mine = {name: fields for name, fields in entry.delta.items() if name.startswith(mark)}
            if mine:
                yield entry._replace(delta=mine)

    def told(self, brand: str, start: float, end: float, until: float) -> Mapping[int, MinuteTally]:
        """Return the minutes of [start, end) as all the log tells of them up to `until`, with all measures."""
        tally: TallyDelta = {}
        for entry in self.log(brand, start, until):
            merge(tally, {name: fields for name, fields in entry.delta.items() if start - 3600 < split(name)[2] < end})
        return {at: minute for at, minute in minutes(tally, brand).items() if start <= at < end}

    def _rows(self, query: object) -> Iterator[tuple[int, ...]]:
        found = self._connection.execution_options(yield_per=PACK).execute(query)  # type: ignore[call-overload] # a Select
        for part in found.partitions(PACK):
            yield from part
