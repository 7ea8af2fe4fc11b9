"""Letting go of what was kept long enough, in transactions so short that nobody waits for them.

A mention goes when both its publication and its arrival are longer ago than its channel's mentions are kept. Counts
stay: hours are complete on their own, and how many authors spoke in one is noted before the last mention of an author
in it goes. From then on the intake refuses what is older in that channel and unknown, so that a source that rewinds
counts nothing twice.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.engine import Connection

from app.config.model import RetentionSection
from app.domain.delivery import WAITING
from app.domain.repertoire import REACH
from app.store import rows
from app.store.alerting import delivery
from app.store.expiry import MENTIONS, Expiry
from app.store.index import Index
from app.store.page import Position
from app.store.rollups import HOUR
from app.store.schema import (
    audit_entry,
    mention,
    mention_brand,
    mention_key,
    tally_channel,
    tally_delta,
    tally_hour,
    tally_hour_channel,
    tally_minute,
)
from app.store.talk import TalkHours

SCAN = 2_000
"""Mentions looked at in one read."""

CHUNK = 500
"""Rows that go in one transaction."""

DAY = 86_400
TALLIES: dict[str, tuple[tuple[Table, int], ...]] = {
    "minutes": ((tally_minute, DAY), (tally_channel, DAY)),
    "hours": ((tally_hour, 60 * DAY), (tally_hour_channel, 60 * DAY)),
}
"""Kind → its tables, and of how many seconds the tallies of one brand go at once."""

FIRST: Position = (float("-inf"), "")


class Retention:
    """One step of letting go, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def expired(self, keep: RetentionSection, now: float, after: Position) -> tuple[list[Row[Any]], Position | None]:
        """Return mentions that are kept no longer, and where to go on; None at the end."""
        column = mention.c
        place = (column.published_at, column.key)
        query = select(mention).where(_older(keep, now), column.published_at >= after[0], tuple_(*place) > after)
        found = self._connection.execute(query.order_by(*place).limit(SCAN)).all()
        gone = [row for row in found if _arrived(row) < now - keep.mentions_of(row.channel)]
        return gone, (found[-1].published_at, found[-1].key) if len(found) == SCAN else None

    def oldest(self) -> float:
        """Return when the oldest mention that is kept was published; infinity if there is none."""
        found = self._connection.scalar(select(func.min(mention.c.published_at)))
        return float("inf") if found is None else float(found)

    def forget(self, gone: Sequence[Row[Any]], keep: RetentionSection, now: float) -> None:
        """Delete mentions, their places and, by its own cursor, their words; count authors of whom nothing is left."""
        for channel in {row.channel for row in gone}:
            Expiry(self._connection).move(MENTIONS + channel, now - keep.mentions_of(channel))
        places = [(brand, row.published_at, row.key) for row in gone for brand in rows.brands_of(row.brands)]
        place = mention_brand.c
        _remove(self._connection, mention_brand, (place.brand, place.published_at, place.key), places)
        keys = [(row.published_at, row.key) for row in gone]
        _remove(self._connection, mention, (mention.c.published_at, mention.c.key), keys)
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(delete(mention_key).where(mention_key.c.key.in_([row.key for row in gone])))
        self._note_authors(gone)
        TalkHours(self._connection).soil(row for row in gone if row.published_at > now - REACH)
        Index(self._connection).note(row.published_at for row in gone)

    def trim(self, kind: str, until: float) -> int:
        """Delete some of the minutes or hours that begin before `until`; return how many rows."""
        return next(filter(None, (self._trim(table, until, span) for table, span in TALLIES[kind])), 0)

    def trim_log(self, until: float) -> int:
        """Delete some of the deltas that were settled before `until`; return how many."""
        column = tally_delta.c
        place = (column.partition, column.entry_id)
        old = select(*place).where(column.at < until).order_by(column.at).limit(CHUNK)
        found = [tuple(row) for row in self._connection.execute(old)]
        _remove(self._connection, tally_delta, place, found)
        return len(found)

    def trim_audit(self, until: float) -> int:
        """Delete some of the audit entries made before `until`; return how many."""
        entry = audit_entry.c
        return self._let_go(entry.id, select(entry.id).where(entry.at < until).order_by(entry.id))

    def trim_deliveries(self, until: float) -> int:
        """Delete some of the deliveries planned before `until` that wait for nothing any more; return how many."""
        sent = delivery.c
        through = sent.state.not_in(sorted({*WAITING, "sending"}))
        return self._let_go(sent.id, select(sent.id).where(sent.at < until, through).order_by(sent.at))

    def _let_go(self, column: Column[Any], old: Select[Any]) -> int:
        found = self._connection.scalars(old.limit(CHUNK)).all()
        if found:
            self._connection.execute(delete(column.table).where(column.in_(found)))
        return len(found)

    def _trim(self, table: Table, until: float, span: int) -> int:
        column = table.c
        brand: str | None = ""
        while brand is not None:
            brand = self._connection.scalar(select(func.min(column.brand)).where(column.brand > brand))
            first = self._connection.scalar(select(func.min(column.start)).where(column.brand == brand))
            if first is not None and first < until:
                old = (column.brand == brand, column.start < min(first + span, until))
                return self._connection.execute(delete(table).where(*old)).rowcount
        return 0

    def _note_authors(self, gone: Iterable[Row[Any]]) -> None:
        hours: dict[tuple[str, int], set[str]] = {}
        for row in gone:
            for brand in rows.brands_of(row.brands) if row.author_key else ():
                hours.setdefault((brand, int(row.published_at) // HOUR * HOUR), set()).add(row.author_key)
        place, sums = mention_brand.c, tally_hour.c
        for (brand, start), authors in sorted(hours.items()):
            inside = (place.brand == brand, place.published_at >= start, place.published_at < start + HOUR)
            left = select(place.author_key).where(*inside, place.author_key.in_(authors)).distinct()
            silent = len(authors) - len(self._connection.scalars(left).all())
            noted = {"past_authors": sums.past_authors + silent}
            self._connection.execute(update(tally_hour).where(sums.brand == brand, sums.start == start).values(noted))


def _older(keep: RetentionSection, now: float) -> ColumnElement[bool]:
    column = mention.c
    own = [and_(column.channel == name, column.published_at < now - kept) for name, kept in keep.channels.items()]
    others = and_(column.channel.not_in(list(keep.channels)), column.published_at < now - keep.mentions)
    shortest = min(keep.mentions, *keep.channels.values()) if keep.channels else keep.mentions
    return and_(column.published_at < now - shortest, or_(others, *own))


def _arrived(row: Row[Any]) -> float:
    """Return when a mention arrived, or for a tombstone when it was deleted."""
    if row.deleted_at is not None:
        return float(row.deleted_at)
    return rows.to_analysed(row).mention.received_at


def _remove(
    connection: Connection, table: Table, place: Sequence[ColumnElement[Any]], found: Sequence[tuple[Any, ...]]
) -> None:
    """Delete rows one by one by their key: given a list of rows, SQLite looks at every row of the table."""
    names = [f"at{number}" for number in range(len(place))]
    same = [column == bindparam(name) for column, name in zip(place, names, strict=True)]
    if found:
        connection.execute(delete(table).where(*same), [dict(zip(names, row, strict=True)) for row in found])
