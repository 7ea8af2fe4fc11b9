"""Tallies for years: the log of deltas with their arrival time, and the minutes they sum up to."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.domain.tally import Contribution, MinuteTally, TallyDelta, minutes, only, split, summed
from app.errors import WrongInput
from app.store.rows import counted_of
from app.store.schema import mention, mention_brand, tally_channel, tally_delta, tally_minute, tally_seed
from app.store.statements import adding, insert, write

MINUTE = 60
FINE = 86_400
"""Seconds over which mentions are counted one by one."""
_sum = tally_minute.c


class Tallies:
    """Adds deltas once each and reads minutes or longer steps."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, partition: int, entry_id: str, at: float, delta: TallyDelta) -> bool:
        """Log a delta settled at `at` and add it to the minutes; False, and nothing done, if it was logged before.

        Only the grain `m` is kept: terms and authors of a deleted mention must not stay behind in a log.
        """
        kept = only(delta, "m")
        row = {"partition": partition, "entry_id": entry_id, "at": at, "delta": msgspec.msgpack.encode(kept)}
        logged = self._connection.execute(insert(self._connection, tally_delta).values(row).on_conflict_do_nothing())
        if not logged.rowcount:
            return False
        for name, fields in kept.items():
            brand = split(name)[0]
            self._add(brand, minutes({name: fields}, brand).values())
        return True

    def seed(self, brand: str, source: str, past: Sequence[MinuteTally]) -> bool:
        """Add the past minutes a source knows only as counts; once per brand and source, False the second time."""
        made = insert(self._connection, tally_seed).values(brand=brand, source=source).on_conflict_do_nothing()
        if not self._connection.execute(made).rowcount:
            return False
        self._add(brand, past, seeded=True)
        return True

    def read(self, brand: str, start: float, end: float, step: int = MINUTE) -> list[MinuteTally]:
        """Return the buckets of `step` seconds that hold something of [start, end), oldest first.

        `authors` counts distinct authors of the mentions kept; seeded minutes, which have no mentions, add theirs.
        Steps that are not whole minutes are counted from the mentions themselves: without what was seeded, and without
        the reach of deleted ones.
        """
        if step < 1:
            raise WrongInput(f"A step of {step} s is none; use 1 or more, such as 60 or 3600.")
        if step % MINUTE:
            if end - start > FINE:
                raise WrongInput(f"A step of {step} s is not whole minutes and reaches over a day at most.")
            return self._fine(brand, start, end, step)
        authors, channels = self._authors(brand, start, end, step), self._channels(brand, start, end, step)
        return [
            MinuteTally(
                start=row.bucket,
                count=row.count_,
                negative=row.negative,
                neutral=row.neutral,
                positive=row.positive,
                uncertain=row.uncertain,
                reach=row.reach,
                reposts=row.reposts,
                authors=authors.get(row.bucket, 0) + row.seeded_authors,
                channels=channels.get(row.bucket, {}),
            )
            for row in self._sums(brand, start, end, step)
        ]

    def _fine(self, brand: str, since: float, until: float, step: int) -> list[MinuteTally]:
        row, told = mention_brand.c, mention.c
        columns = (row.published_at, row.author_key, told.contribution, told.label, told.channel)
        query = select(*columns).join_from(mention_brand, mention, told.key == row.key)
        within = (row.brand == brand, row.published_at >= since, row.published_at < until)
        parts: dict[int, list[Contribution]] = {}
        authors: dict[int, set[str]] = {}
        for at, author, blob, label, channel in self._connection.execute(query.where(*within)):
            start = int(at) // step * step
            part = counted_of(blob) if blob else Contribution((brand,), at, label, channel, "post", 0, "", ())
            parts.setdefault(start, []).append(part)
            authors.setdefault(start, set()).update({author} if author else ())
        return [summed(at, parts[at], len(authors[at])) for at in sorted(parts)]

    def total(self, brand: str) -> int:
        """Return how many mentions of a brand were counted, seeds left out: it equals the brand's mentions alive."""
        query = select(func.sum(_sum["count"] - _sum.seeded)).where(_sum.brand == brand)
        return int(self._connection.scalar(query) or 0)

    def log(self, since: float, until: float) -> Iterable[tuple[float, TallyDelta]]:
        """Yield the deltas settled in [since, until) with their instant, as they arrived."""
        order = (tally_delta.c.at, tally_delta.c.partition, tally_delta.c.entry_id)
        query = select(tally_delta.c.at, tally_delta.c.delta).order_by(*order)
        for at, delta in self._connection.execute(query.where(tally_delta.c.at >= since, tally_delta.c.at < until)):
            yield at, msgspec.msgpack.decode(delta, type=TallyDelta)

    def _add(self, brand: str, found: Iterable[MinuteTally], *, seeded: bool = False) -> None:
        sums: list[tuple[str | int, ...]] = []
        channels: list[tuple[str | int, ...]] = []
        for minute in found:
            seed = (minute.count, minute.authors) if seeded else (0, 0)
            numbers = (minute.count, minute.negative, minute.neutral, minute.positive, minute.uncertain)
            sums.append((brand, minute.start, *numbers, minute.reach, minute.reposts, *seed))
            channels.extend((brand, minute.start, channel, count) for channel, count in minute.channels.items())
        write(self._connection, adding(self._connection.dialect, tally_minute), sums)
        write(self._connection, adding(self._connection.dialect, tally_channel), channels)

    def _sums(self, brand: str, start: float, end: float, step: int) -> Sequence[Any]:
        bucket = (_sum.start // step * step).label("bucket")
        measures = (_sum.negative, _sum.neutral, _sum.positive, _sum.uncertain, _sum.reach, _sum.reposts)
        query = (
            select(
                bucket,
                func.sum(_sum["count"]).label("count_"),
                *(func.sum(measure).label(measure.name) for measure in measures),
                func.sum(_sum.seeded_authors).label("seeded_authors"),
            )
            .where(_sum.brand == brand, _sum.start >= start, _sum.start < end)
            .group_by(bucket)
            .having(func.sum(_sum["count"]) > 0)
            .order_by(bucket)
        )
        return self._connection.execute(query).all()

    def _channels(self, brand: str, start: float, end: float, step: int) -> dict[int, dict[str, int]]:
        part = tally_channel.c
        bucket, count = (part.start // step * step).label("bucket"), func.sum(part["count"])
        query = select(bucket, part.channel, count).where(part.brand == brand, part.start >= start, part.start < end)
        found: dict[int, dict[str, int]] = {}
        for at, channel, number in self._connection.execute(query.group_by(bucket, part.channel).having(count > 0)):
            found.setdefault(at, {})[channel] = number
        return found

    def _authors(self, brand: str, start: float, end: float, step: int) -> dict[int, int]:
        row = mention_brand.c
        bucket = (row.minute // step * step).label("bucket")
        minutes_within = (row.minute >= start, row.minute < end)
        within = (row.brand == brand, row.published_at >= start, row.published_at < end + MINUTE, *minutes_within)
        query = select(bucket, func.count(row.author_key.distinct()).label("authors")).where(*within).group_by(bucket)
        return {row.bucket: row.authors for row in self._connection.execute(query)}
