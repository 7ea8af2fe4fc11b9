"""Tallies for years: the log of deltas with their arrival time, and the minutes and hours they sum up to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select, tuple_
from sqlalchemy.engine import Connection

from app.domain.tally import MinuteTally, TallyDelta, bucket, merge, minutes, only, split
from app.errors import WrongInput
from app.store.partitions import Partitions
from app.store.rollups import HOUR, MINUTE, Rollups
from app.store.schema import tally_channel, tally_delta, tally_hour, tally_hour_channel, tally_minute, tally_seed
from app.store.statements import adding, put, write

FINE = 86_400
"""Seconds over which mentions are counted one by one."""

PAGE = 1_000
"""Deltas of the log read at once."""

SEEDS = -1
"""The partition under which the log keeps what sources knew only as counts."""

_MARKS = {
    "count": "n",
    "negative": "-",
    "neutral": "0",
    "positive": "+",
    "uncertain": "?",
    "reach": "r",
    "reposts": "rp",
}


class Logged(NamedTuple):
    """One entry of the log; its first three parts are its place in the log's order."""

    at: float
    partition: int
    entry_id: str
    delta: TallyDelta


class Tallies:
    """Adds deltas once each and reads minutes or longer steps."""

    def __init__(self, connection: Connection, partitions: Partitions | None = None) -> None:
        self._connection = connection
        self._partitions = partitions
        self._rollups = Rollups(connection)

    def append(self, partition: int, entry_id: str, at: float, delta: TallyDelta) -> bool:
        """Log a delta settled at `at` and add it to minutes and hours; False, and nothing done, if it was there."""
        return bool(self.append_all([Logged(at, partition, entry_id, delta)]))

    def append_all(self, entries: Iterable[Logged]) -> int:
        """Log deltas and add those that were not there to minutes and hours, all at once; return how many.

        Only the grain `m` is kept: terms and authors of a deleted mention must not stay behind in a log. Every writer
        goes through entries, brands and minutes in the same order, so that none waits for another in a circle.
        """
        wanted = sorted(entries, key=lambda entry: (entry.partition, entry.entry_id))
        if self._partitions:
            self._partitions.hold("tally_delta", {entry.at for entry in wanted})
        fresh: dict[str, TallyDelta] = {}
        new = 0
        for entry in wanted:
            kept = only(entry.delta, "m")
            if self._log(entry.partition, entry.entry_id, entry.at, kept):
                new += 1
                for name, fields in kept.items():
                    merge(fresh.setdefault(split(name)[0], {}), {name: fields})
        for brand in sorted(fresh):
            self._add(brand, minutes(fresh[brand], brand).values())
        return new

    def seed(self, brand: str, source: str, past: Sequence[MinuteTally], at: float) -> bool:
        """Add the past minutes a source knows only as counts; once per brand and source, False the second time.

        The log has them as one delta that arrived at `at`, without how many authors they had.
        """
        if not put(self._connection, tally_seed, {"brand": brand, "source": source}):
            return False
        if self._partitions:
            self._partitions.hold("tally_delta", {at})
        self._log(SEEDS, f"{brand} {source}", at, _delta_of(brand, past))
        self._add(brand, past, seeded=True)
        return True

    def read(self, brand: str, start: float, end: float, step: int = MINUTE) -> list[MinuteTally]:
        """Return the buckets of `step` seconds that hold something of [start, end), oldest first.

        `authors` counts distinct authors of the mentions kept; seeded minutes, which have no mentions, add theirs, and
        hours whose mentions are kept no longer add as many as they had. Steps of whole hours also tell of a time whose
        minutes are kept no longer. Steps that are not whole minutes are counted from the mentions themselves: without
        what was seeded, and without the reach of deleted ones.
        """
        if step < 1:
            raise WrongInput(f"A step of {step} s is none; use 1 or more, such as 60 or 3600.")
        if step % MINUTE:
            if end - start > FINE:
                raise WrongInput(f"A step of {step} s is not whole minutes and reaches over a day at most.")
            return self._rollups.fine(brand, start, end, step)
        return self._rollups.read(brand, start, end, step)

    def counts(self, brands: Sequence[str], start: float, end: float) -> dict[str, int]:
        """Return by brand how many mentions were counted in [start, end); 0 for one of which there is nothing."""
        return self._rollups.counts(brands, start, end)

    def total(self, brand: str) -> int:
        """Return how many mentions of a brand were counted, seeds left out; what was deleted since stays counted."""
        sums = tally_hour.c
        query = select(func.sum(sums["count"] - sums.seeded)).where(sums.brand == brand)
        return int(self._connection.scalar(query) or 0)

    def log(self, since: float, until: float, after: tuple[float, int, str] | None = None) -> Iterator[Logged]:
        """Yield what was settled in [since, until), in the order of (instant, partition, entry), a page at a time.

        Adding up the log to any instant gives the counts as they were shown then. `after` is the place of the entry
        read last.
        """
        column = tally_delta.c
        place = (column.at, column.partition, column.entry_id)
        query = select(*place, column.delta).where(column.at >= since, column.at < until).order_by(*place).limit(PAGE)
        while True:
            page = self._connection.execute(query.where(tuple_(*place) > after) if after else query).all()
            for at, partition, entry_id, delta in page:
                yield Logged(at, partition, entry_id, msgspec.msgpack.decode(delta, type=TallyDelta))
            if len(page) < PAGE:
                return
            after = (page[-1].at, page[-1].partition, page[-1].entry_id)

    def _log(self, partition: int, entry_id: str, at: float, delta: TallyDelta) -> bool:
        row = {"partition": partition, "entry_id": entry_id, "at": at, "delta": msgspec.msgpack.encode(delta)}
        return put(self._connection, tally_delta, row)

    def _add(self, brand: str, found: Iterable[MinuteTally], *, seeded: bool = False) -> None:
        sums: dict[int, tuple[int, ...]] = {}
        channels: dict[tuple[int, str], int] = {}
        for minute in found:
            seed = (minute.count, minute.authors) if seeded else (0, 0)
            numbers = (*(getattr(minute, name) for name in _MARKS), *seed)
            sums[minute.start] = _both(sums.get(minute.start), numbers)
            for channel, count in minute.channels.items():
                place = minute.start, channel
                channels[place] = channels.get(place, 0) + count
        dialect = self._connection.dialect
        write(self._connection, adding(dialect, tally_minute), [(brand, at, *sums[at]) for at in sorted(sums)])
        write(
            self._connection,
            adding(dialect, tally_channel),
            [(brand, *place, channels[place]) for place in sorted(channels)],
        )
        hours: dict[int, tuple[int, ...]] = {}
        for at, numbers in sums.items():
            hours[at // HOUR * HOUR] = _both(hours.get(at // HOUR * HOUR), (*numbers, 0))
        hourly: dict[tuple[int, str], int] = {}
        for (at, channel), count in channels.items():
            place = at // HOUR * HOUR, channel
            hourly[place] = hourly.get(place, 0) + count
        write(self._connection, adding(dialect, tally_hour), [(brand, at, *hours[at]) for at in sorted(hours)])
        write(
            self._connection,
            adding(dialect, tally_hour_channel),
            [(brand, *one, hourly[one]) for one in sorted(hourly)],
        )


def _both(one: tuple[int, ...] | None, other: tuple[int, ...]) -> tuple[int, ...]:
    return other if one is None else tuple(map(int.__add__, one, other))


def _delta_of(brand: str, past: Iterable[MinuteTally]) -> TallyDelta:
    """Return minutes as the delta that they are the sum of; the opposite of `minutes()`."""
    delta: TallyDelta = {}
    for one in past:
        fields = delta.setdefault(bucket(brand, "m", one.start), {})
        minute = one.start % HOUR // MINUTE
        measures: Mapping[str, int] = {
            **{mark: getattr(one, name) for name, mark in _MARKS.items()},
            **{f"c.{channel}": count for channel, count in one.channels.items()},
        }
        fields.update({f"{minute}:{mark}": number for mark, number in measures.items() if number})
    return delta
