"""Days of the archive on PostgreSQL: tables parted by time, so that forgetting a day is dropping a table.

Mentions are parted by when they were published, tally deltas by when they were settled. A part is a day; far from now,
where few things are, it is a month, a year or a century, so that a post dated 2009 or 2105 finds a place and no source
can make thousands of tables. Parts are made ahead and on demand, in a transaction of their own, without holding up
readers or writers.
"""

import math
import re
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
FIRST, LAST = date.min.toordinal() - EPOCH, date.max.toordinal() - EPOCH
EVER = 10**15
"""Days before and after whatever a source may claim."""

NEAR, FAR, VERY_FAR = 45, 800, 36_525
"""Days from now up to which a part is a day, a month, a year; beyond it is a century."""

GROUPS = {"mention": ("mention", "mention_brand"), "tally_delta": ("tally_delta",)}
"""What is parted in the same days."""

LOCK = 0x456D6265
"""Names the lock under which parts are made."""

CHUNK = 20_000
PAUSE = 30.0
"""Seconds from one vacuum to the next: each goes through all indexes of the days it looks at."""

_BOUND = re.compile(r"FROM \('?([-\d.e+]+)'?\) TO \('?([-\d.e+]+)'?\)")


class Span(NamedTuple):
    """Days since the epoch, [start, end)."""

    start: int
    end: int


def span(day: int, today: int, taken: Sequence[Span]) -> Span:
    """Return the part to make for a day: its day, month, year or century, as far as others leave it free."""
    whole = _unit(day, today)
    start = max((other.end for other in taken if other.end <= day), default=whole.start)
    end = min((other.start for other in taken if other.start > day), default=whole.end)
    return Span(max(start, whole.start), min(end, whole.end))


def _unit(day: int, today: int) -> Span:
    if day < FIRST:
        return Span(-EVER, FIRST)
    if day > LAST:
        return Span(LAST + 1, EVER)
    distance, at = abs(day - today), date.fromordinal(day + EPOCH)
    if distance <= NEAR:
        return Span(day, day + 1)
    if distance <= FAR:
        return _between(at.year, at.month, at.year + at.month // 12, at.month % 12 + 1)
    if distance <= VERY_FAR:
        return _between(at.year, 1, at.year + 1, 1)
    return _between(max(at.year // 100 * 100, 1), 1, at.year // 100 * 100 + 100, 1)


def _between(year: int, month: int, next_year: int, next_month: int) -> Span:
    end = date(next_year, next_month, 1).toordinal() - EPOCH if next_year <= date.max.year else LAST + 1
    return Span(date(year, month, 1).toordinal() - EPOCH, end)


def name_of(table: str, part: Span) -> str:
    """Return what a part's table is called, such as `mention_20261121` or `mention_20090101_20100101`."""
    return f"{table}_{_stamp(part.start)}" + (f"_{_stamp(part.end)}" if part.end - part.start > 1 else "")


def _stamp(day: int) -> str:
    if not FIRST <= day <= LAST:
        return "ever"
    return date.fromordinal(day + EPOCH).isoformat().replace("-", "")


class Partitions:
    """Makes and drops the parts of one database; knows those it has seen."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._now = now
        self._known: dict[str, set[int]] = {group: set() for group in GROUPS}
        self._stale: set[int] = set()
        self._wiped: set[str] = set()
        self._vacuumed = float("-inf")

    def hold(self, group: str, instants: Iterable[float]) -> None:
        """See to it that there is a part for each of those instants; nearly always there is."""
        missing = {math.floor(at / DAY) for at in instants} - self._known[group]
        if missing:
            today = math.floor(self._now() / DAY)
            self._make(group, missing | {today, today + 1}, today)
            self._known[group] |= missing

    def touch(self, instants: Iterable[float]) -> None:
        """Remember on which days rows of mentions were replaced, which leaves their old words behind."""
        self._stale.update(math.floor(at / DAY) for at in instants)

    def wipe(self, tables: Iterable[str]) -> None:
        """Remember tables out of which something was taken that nobody may read any more."""
        self._wiped.update(tables)

    def vacuum(self) -> bool:
        """Take replaced rows out of their tables and indexes; False if it was done less than half a minute ago.

        Besides what this process replaced it takes every table of ours of which the server counts dead rows; that count
        is a second late.
        """
        now = self._now()
        if abs(now - self._vacuumed) < PAUSE:
            return False
        stale, self._stale = self._stale, set()
        wiped, self._wiped = self._wiped, set()
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                _vacuum(connection, stale, wiped | {"incident"})
        except BaseException:
            self._stale |= stale
            self._wiped |= wiped
            raise
        self._vacuumed = now
        return True

    def forget(self) -> None:
        """Look again what there is: somebody else dropped a part."""
        for known in self._known.values():
            known.clear()

    def drop(self, group: str, until: float) -> int:
        """Drop every part that lies wholly before an instant; return how many days or spans went.

        Waits two seconds at most for whoever reads them, else raises what `unavailable` makes `StoreUnavailable`.
        """
        gone = 0
        with self._engine.connect() as connection:
            for table in GROUPS[group]:
                for name, part in parts(connection, table):
                    if part.end * DAY <= until:
                        connection.execute(text("SET LOCAL lock_timeout = '2s'"))
                        connection.execute(text(f"DROP TABLE {name}"))
                        gone += table == group
                    connection.commit()
        if group == "mention":
            self._forget_keys(until)
        self.forget()
        return gone

    def _forget_keys(self, until: float) -> None:
        """Strike out the keys of mentions whose parts were dropped: those before the first part that is left."""
        with self._engine.connect() as connection:
            starts = [part.start * DAY for _, part in parts(connection, "mention")]
            oldest = min([until // DAY * DAY, *starts])
            some = "SELECT ctid FROM mention_key WHERE published_at < :oldest LIMIT :chunk"
            strike = text(f"DELETE FROM mention_key WHERE ctid = ANY(ARRAY({some}))")  # noqa: S608 - no foreign words
            while connection.execute(strike, {"oldest": oldest, "chunk": CHUNK}).rowcount:
                connection.commit()

    def _make(self, group: str, days: set[int], today: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            for table in GROUPS[group]:
                taken = [part for _, part in parts(connection, table)]
                for day in sorted(days):
                    if not any(part.start <= day < part.end for part in taken):
                        taken.append(span(day, today, taken))
                        _attach(connection, table, taken[-1])


_DEAD = text(
    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema() AND n_dead_tup > 0 "
    "AND (relname LIKE 'mention%' OR relname IN ('incident', 'fulltext'))"
)


def _vacuum(connection: Connection, days: set[int], names: set[str]) -> None:
    """Vacuum those tables, the parts of those days, and what the server counts dead rows of."""
    names = names | {table for (table,) in connection.execute(_DEAD)}
    for table in GROUPS["mention"]:
        held = parts(connection, table)
        names |= {name for name, part in held if any(part.start <= day < part.end for day in days)}
    connection.execute(text("SET statement_timeout = 0"))
    try:
        for name in sorted(names):
            connection.execute(text(f'VACUUM (INDEX_CLEANUP ON) "{name}"'))
    finally:
        connection.invalidate()  # its session has no time limit any more


def parts(connection: Connection, table: str) -> list[tuple[str, Span]]:
    """Return the parts of a table by name, oldest first."""
    query = text(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = to_regclass(:table)"
    )
    found = []
    for name, bound in connection.execute(query, {"table": table}):
        matched = _BOUND.search(bound)
        if matched:
            found.append((str(name), Span(*(round(float(edge) / DAY) for edge in matched.groups()))))
    return sorted(found, key=lambda pair: pair[1])


def _attach(connection: Connection, table: str, part: Span) -> None:
    """Make a table and attach it: unlike CREATE TABLE … PARTITION OF this waits for nobody who reads or writes."""
    name = name_of(table, part)
    bounds = f"FROM ({part.start * DAY}) TO ({part.end * DAY})"
    connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING STORAGE)"))
    connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {bounds}"))
