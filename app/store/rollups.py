"""Reading tallies: from hours as far as hours reach, from minutes at the edges and where steps are finer.

Hours are complete on their own, corrections and deletions included, so that minutes can go after a while. Where minutes
are gone, an hour belongs to a span if it begins in it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.engine import Connection

from app.domain.tally import Contribution, MinuteTally, summed
from app.store.expiry import Expiry
from app.store.rows import counted_of
from app.store.schema import mention, mention_brand, tally_channel, tally_hour, tally_hour_channel, tally_minute

MINUTE, HOUR = 60, 3_600
SHOWN = ("count", "negative", "neutral", "positive", "uncertain", "reach", "reposts")
Span = tuple[bool, float, float]
"""Whether hours tell of it, else minutes, and [start, end)."""


def spans(start: float, end: float, step: int, gone: float) -> Iterator[Span]:
    """Yield which table tells of which part of [start, end); before `gone` there are no minutes."""
    if step % HOUR:
        yield False, max(start, gone), end
        return
    if start < gone:
        yield True, start, min(end, gone)
    start = max(start, gone)
    first, last = -(-start // HOUR) * HOUR, end // HOUR * HOUR
    if first >= last:
        yield False, start, end
    else:
        yield from ((False, start, first), (True, first, last), (False, last, end))


class Rollups:
    """The buckets of one brand at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, brand: str, start: float, end: float, step: int) -> list[MinuteTally]:
        """Return the buckets of `step` seconds, a multiple of 60, that hold something, oldest first."""
        sums: dict[int, list[int]] = {}
        channels: dict[int, dict[str, int]] = {}
        past: dict[int, int] = {}
        gone = Expiry(self._connection).of("minutes")
        for hourly, since, until in spans(start, end, step, gone):
            if since >= until:
                continue
            for at, *numbers in self._sums(tally_hour if hourly else tally_minute, brand, since, until, step):
                sums[at] = [one + more for one, more in zip(sums.get(at, [0] * len(numbers)), numbers, strict=True)]
            for at, channel, count in self._channels(hourly, brand, since, until, step):
                inside = channels.setdefault(at, {})
                inside[channel] = inside.get(channel, 0) + count
        if step % HOUR == 0:
            past = self._past_authors(brand, start, end, step)
        authors = self._authors(brand, start, end, step)
        return [
            MinuteTally(
                start=at,
                **_named(numbers),
                authors=seeded + authors.get(at, 0) + past.get(at, 0),
                channels={channel: count for channel, count in channels.get(at, {}).items() if count > 0},
            )
            for at, (*numbers, seeded) in sorted(sums.items())
            if numbers[0] > 0
        ]

    def counts(self, brands: Sequence[str], start: float, end: float) -> dict[str, int]:
        """Return how many mentions each of these brands has in [start, end)."""
        found = dict.fromkeys(brands, 0)
        gone = Expiry(self._connection).of("minutes")
        for hourly, since, until in spans(start, end, HOUR, gone):
            row = (tally_hour if hourly else tally_minute).c
            within = (row.brand.in_(brands), row.start >= since, row.start < until)
            query = select(row.brand, func.sum(row["count"])).where(*within).group_by(row.brand)
            for brand, number in self._connection.execute(query):
                found[brand] += int(number)
        return found

    def fine(self, brand: str, since: float, until: float, step: int) -> list[MinuteTally]:
        """Return buckets of any step, counted from the mentions that are kept."""
        row, told = mention_brand.c, mention.c
        same = (told.key == row.key) & (told.published_at == row.published_at)
        query = select(mention).join_from(mention_brand, mention, same)
        within = (row.brand == brand, row.published_at >= since, row.published_at < until)
        parts: dict[int, list[Contribution]] = {}
        authors: dict[int, set[str]] = {}
        for found in self._connection.execute(query.where(*within)):
            at, label, author = found.published_at, found.label, found.author_key
            start = int(at) // step * step
            stone = Contribution((brand,), at, label, found.channel, "post", 0, "", ())
            parts.setdefault(start, []).append(counted_of(found) if found.body else stone)
            authors.setdefault(start, set()).update({author} if author else ())
        return [summed(at, parts[at], len(authors[at])) for at in sorted(parts)]

    def _sums(self, table: Table, brand: str, start: float, end: float, step: int) -> Sequence[Any]:
        row = table.c
        bucket = (row.start // step * step).label("bucket")
        query = select(bucket, *(func.sum(row[name]) for name in (*SHOWN, "seeded_authors")))
        within = (row.brand == brand, row.start >= start, row.start < end)
        return [tuple(map(int, found)) for found in self._connection.execute(query.where(*within).group_by(bucket))]

    def _channels(self, hourly: bool, brand: str, start: float, end: float, step: int) -> Sequence[Any]:  # noqa: FBT001
        part = (tally_hour_channel if hourly else tally_channel).c
        bucket, count = (part.start // step * step).label("bucket"), func.sum(part["count"])
        query = select(bucket, part.channel, count).where(part.brand == brand, part.start >= start, part.start < end)
        found = self._connection.execute(query.group_by(bucket, part.channel))
        return [(at, channel, int(number)) for at, channel, number in found]

    def _past_authors(self, brand: str, start: float, end: float, step: int) -> dict[int, int]:
        row = tally_hour.c
        bucket = (row.start // step * step).label("bucket")
        query = select(bucket, func.sum(row.past_authors)).where(
            row.brand == brand, row.start >= start, row.start < end
        )
        return {at: int(number) for at, number in self._connection.execute(query.group_by(bucket))}

    def _authors(self, brand: str, start: float, end: float, step: int) -> dict[int, int]:
        row = mention_brand.c
        bucket = (row.minute // step * step).label("bucket")
        minutes_within = (row.minute >= start, row.minute < end)
        within = (row.brand == brand, row.published_at >= start, row.published_at < end + MINUTE, *minutes_within)
        query = select(bucket, func.count(row.author_key.distinct()).label("authors")).where(*within).group_by(bucket)
        return {row.bucket: row.authors for row in self._connection.execute(query)}


def _named(numbers: Sequence[int]) -> dict[str, Any]:
    return dict(zip(SHOWN, numbers, strict=True))
