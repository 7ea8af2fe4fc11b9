"""The full-text index itself: moment → the lexemes of all that was said in it; FTS5 on SQLite, tsvector on PostgreSQL.

On SQLite it is parted by time into tables of `PART` moments, because FTS5 really forgets what was deleted only when it
merges (its own `secure-delete` needs SQLite 3.42, and then no older one reads the file): a part is merged in 0.1 s,
in steps of some 10 ms, whatever the size of the archive. On PostgreSQL vacuum does that.
"""

import bisect
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.engine import Connection

from app.store.lexemes import EVERY, Dialect, Wanted, written

PART = 50_000
"""Moments after which a new part is begun, on SQLite."""

PAGES = 100
"""Pages of FTS5 merged in one step: some 10 ms."""

FTS5 = Dialect(" AND ", " OR ", '"', "*")
TSQUERY = Dialect(" & ", " | ", "'", ":*")

EARLIEST, LATEST = -(1 << 62), 1 << 62
Lexemes = Mapping[int, frozenset[str]]
"""Moment → what is in it."""


class FullText(Protocol):
    """Moments and their lexemes."""

    def read(self, moments: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return what is indexed of those moments."""

    def write(self, entries: Lexemes) -> None:
        """Replace those moments; one without lexemes vanishes."""

    def find(self, wish: Wanted, since: int, until: int, limit: int) -> list[int]:
        """Return at most `limit` moments of [since, until) that may hold what is wished for, newest first."""

    def parts(self) -> list[str]:
        """Return the names of what has to be merged after something was deleted from it."""

    def part_of(self, moment: int) -> str:
        """Return in which of them a moment lies."""

    def merge(self, part: str, *, first: bool) -> bool:
        """Merge a little, from `first` on until all is one; tell whether there is more to do."""

    def prune(self) -> int:
        """Drop parts with nothing in them, the newest apart; return how many."""


def fulltext(connection: Connection) -> FullText:
    """Return the full-text index of a database."""
    return TsVector(connection) if connection.dialect.name == "postgresql" else Fts5(connection)


class Fts5:
    """Tables `fulltext_<first moment>`; what comes before the first part's beginning belongs to it, too."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, moments: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return what is indexed of those moments."""
        found: dict[int, frozenset[str]] = {}
        for part, inside in self._by_part(moments).items():
            query = f"SELECT f.rowid, f.words FROM json_each(?) j CROSS JOIN {part} f ON f.rowid = j.value"  # noqa: S608 - the name is ours
            rows = self._connection.exec_driver_sql(query, (json.dumps(inside),))
            found |= {moment: frozenset(words.split()) for moment, words in rows}
        return found

    def write(self, entries: Lexemes) -> None:
        """Replace those moments; one without lexemes vanishes."""
        for part, inside in self._by_part(entries).items():
            keys = [(moment,) for moment in inside]
            self._connection.exec_driver_sql(f"DELETE FROM {part} WHERE rowid = ?", keys)  # noqa: S608
            rows = [(moment, " ".join(sorted(entries[moment]))) for moment in inside if entries[moment]]
            if rows:
                self._connection.exec_driver_sql(f"INSERT INTO {part} (rowid, words) VALUES (?, ?)", rows)  # noqa: S608
        self._begin_part()

    def find(self, wish: Wanted, since: int, until: int, limit: int) -> list[int]:
        """Return at most `limit` moments of [since, until) that may hold what is wished for, newest first."""
        expression = f'{written(wish, FTS5)} OR "{EVERY}"'
        starts, found = self._starts(), list[int]()
        for place in reversed(range(len(starts))):
            first, after = (starts[place] if place else EARLIEST), [*starts[1:], LATEST][place]
            if first < until and since < after and len(found) < limit:
                part = _name(starts[place])
                query = (
                    f"SELECT rowid FROM {part} WHERE {part} MATCH ? AND rowid >= ? AND rowid < ? "  # noqa: S608
                    "ORDER BY rowid DESC LIMIT ?"
                )
                bounds = (expression, max(first, since), min(after, until), limit - len(found))
                found += self._connection.exec_driver_sql(query, bounds).scalars()
        return found

    def parts(self) -> list[str]:
        """Return the names of what has to be merged after something was deleted from it."""
        return [_name(start) for start in self._starts()]

    def part_of(self, moment: int) -> str:
        """Return in which of them a moment lies."""
        return next(iter(self._by_part([moment])))

    def merge(self, part: str, *, first: bool) -> bool:
        """Merge a little, all segments into one; tell whether there is more to do."""
        if part not in self.parts():
            return False
        changes, step = "SELECT total_changes()", f"INSERT INTO {part} ({part}, rank) VALUES ('merge', ?)"  # noqa: S608
        before = self._connection.exec_driver_sql(changes).scalar_one()
        self._connection.exec_driver_sql(step, (-PAGES if first else PAGES,))
        return bool(self._connection.exec_driver_sql(changes).scalar_one() - before > 1)

    def prune(self) -> int:
        """Drop parts with nothing in them, the newest apart; return how many."""
        gone = 0
        for part in self.parts()[:-1]:
            if self._connection.exec_driver_sql(f"SELECT id FROM {part}_content LIMIT 1").first() is None:  # noqa: S608
                self._connection.exec_driver_sql(f"DROP TABLE {part}")
                gone += 1
        return gone

    def _starts(self) -> list[int]:
        query = (
            "SELECT CAST(substr(name, 10) AS INTEGER) FROM sqlite_master "
            "WHERE type = 'table' AND name GLOB 'fulltext_[0-9]*' AND sql LIKE 'CREATE VIRTUAL%' ORDER BY 1"
        )
        return list(self._connection.exec_driver_sql(query).scalars())

    def _by_part(self, moments: Iterable[int]) -> dict[str, list[int]]:
        starts = self._starts()
        found: dict[str, list[int]] = {}
        for moment in sorted(moments):
            place = max(bisect.bisect_right(starts, moment) - 1, 0)
            found.setdefault(_name(starts[place]), []).append(moment)
        return found

    def _begin_part(self) -> None:
        """Begin a new part after the newest one's last moment once that one is full."""
        newest = self.parts()[-1]
        query = f"SELECT count(*), max(id) FROM {newest}_content"  # noqa: S608
        count, last = self._connection.exec_driver_sql(query).one()
        if count >= PART:
            self._connection.exec_driver_sql(CREATE.format(last + 1))


CREATE = "CREATE VIRTUAL TABLE fulltext_{} USING fts5(words, detail=none, columnsize=0, tokenize='ascii')"


def _name(start: int) -> str:
    return f"fulltext_{start}"


NEAR = 32
"""How many times as many of the newest moments as are wanted are looked at before GIN is asked, on PostgreSQL."""

_NEAREST = (
    "SELECT moment FROM (SELECT moment, words FROM fulltext WHERE moment >= :since AND moment < :until "
    "ORDER BY moment DESC LIMIT :near) AS newest "
    "WHERE words @@ CAST(:wish AS tsquery) ORDER BY moment DESC LIMIT :limit"
)
_WHEREVER = (
    "WITH found AS MATERIALIZED (SELECT moment FROM fulltext WHERE words @@ CAST(:wish AS tsquery)) "
    "SELECT moment FROM found WHERE moment >= :since AND moment < :until ORDER BY moment DESC LIMIT :limit"
)
"""Left to itself, the planner walks through all moments in their order even for a word that none has."""


class TsVector:
    """The table `fulltext` with a GIN index; lexemes are ours, so they go in and are asked for as they are."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, moments: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return what is indexed of those moments."""
        query = text("SELECT moment, tsvector_to_array(words) FROM fulltext WHERE moment = ANY(:moments)")
        rows = self._connection.execute(query, {"moments": list(moments)})
        return {moment: frozenset(words) for moment, words in rows}

    def write(self, entries: Lexemes) -> None:
        """Replace those moments; one without lexemes vanishes."""
        gone = [moment for moment, words in entries.items() if not words]
        self._connection.execute(text("DELETE FROM fulltext WHERE moment = ANY(:gone)"), {"gone": gone})
        rows = sorted((moment, " ".join(sorted(words))) for moment, words in entries.items() if words)
        statement = (
            "INSERT INTO fulltext (moment, words) "
            "SELECT given.moment, array_to_tsvector(string_to_array(given.words, ' ')) "
            "FROM unnest(CAST(:moments AS bigint[]), CAST(:words AS text[])) AS given(moment, words) "
            "ON CONFLICT (moment) DO UPDATE SET words = excluded.words"
        )
        given = {"moments": [moment for moment, _ in rows], "words": [words for _, words in rows]}
        self._connection.execute(text(statement), given)

    def find(self, wish: Wanted, since: int, until: int, limit: int) -> list[int]:
        """Return at most `limit` moments of [since, until) that may hold what is wished for, newest first."""
        expression = f"{written(wish, TSQUERY)} | '{EVERY}'"
        asked = {"wish": expression, "since": since, "until": until, "limit": limit, "near": NEAR * limit}
        found = list(self._connection.execute(text(_NEAREST), asked).scalars())
        return found if len(found) == limit else list(self._connection.execute(text(_WHEREVER), asked).scalars())

    def parts(self) -> list[str]:
        """Return nothing: vacuum sees to it."""
        return []

    def part_of(self, _moment: int) -> str:
        """Return the one table there is."""
        return "fulltext"

    def merge(self, _part: str, *, first: bool) -> bool:  # noqa: ARG002 - the port says so
        """Do nothing: vacuum sees to it."""
        return False

    def prune(self) -> int:
        """Do nothing: there is one table."""
        return 0
