"""Where rows of mentions are put: SQLite's one table, or PostgreSQL's days with a register of all keys.

On PostgreSQL no unique index reaches over all days, so the table `mention_key` has each key once, and the day it lies
in. Who writes a key holds its row there until commit; keys are taken in ascending order, so writers wait for each other
in a line and never in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import ARRAY, Row, Table, Text, bindparam, func, select, text
from sqlalchemy.engine import Connection

from app.store.partitions import Partitions
from app.store.postgres import BINARY, pour
from app.store.rows import COLUMNS, Values, brands_of, places_of
from app.store.schema import mention, mention_brand, mention_key, tally_delta
from app.store.statements import adding_new, deleting, replacing, write

CHUNK = 500
"""Keys named in one statement; SQLite takes 32,766 values, older ones 999."""

KEY, PUBLISHED_AT = (COLUMNS.index(name) for name in ("key", "published_at"))
"""Where the two stand in a row of `mention`."""

PARTED = {"mention": "published_at", "mention_brand": "published_at", "tally_delta": "at"}
"""On PostgreSQL: table → by which column it is parted."""

PLACE_KEY = list(mention_brand.c.keys()).index("key")


class Shelf(Protocol):
    """Puts rows of `mention` and their places, rows of `mention_brand`, where they belong."""

    def add(self, instants: Mapping[str, float], written: Iterable[Values], places: Sequence[Values]) -> int | None:
        """Write first versions of mentions of which there is nothing yet; return how many there were.

        `instants` are their keys and when they were published; `places` are complete once `written` is at its end.
        None, and nothing written, if there is something of some of them and each has to be looked at.
        """

    def claim(self, instants: Mapping[str, float]) -> list[Row[Any]]:
        """Return what there is of those keys; until commit nobody else writes them.

        `instants` says at which instant each of them will be written if there is nothing.
        """

    def present(self, keys: Sequence[str]) -> list[Row[Any]]:
        """Return what there is of those keys."""

    def replace(self, present: Sequence[Row[Any]], written: Sequence[Values], places: Sequence[Values]) -> None:
        """Write mentions that were claimed, and their places, instead of what is present of them."""


def shelf(connection: Connection, partitions: Partitions | None) -> Shelf:
    """Return the shelf of a database."""
    return PostgresShelf(connection, partitions) if partitions else SqliteShelf(connection)


def fill(connection: Connection, partitions: Partitions | None, table: Table, rows: Sequence[Values]) -> None:
    """Put rows of any of our tables, as they were in another archive, into an empty one."""
    if partitions is None:
        write(connection, adding_new(connection.dialect, table), rows)
        return
    names = list(table.c.keys())
    column = PARTED.get(table.name)
    if column:
        at = names.index(column)
        partitions.hold("tally_delta" if table is tally_delta else "mention", {row[at] for row in rows})
    if table is mention:
        pour(connection, mention_key.name, ["text", "float8"], [(row[KEY], row[PUBLISHED_AT]) for row in rows])
    pour(connection, table.name, [BINARY[str(column.type)] for column in table.c], rows)


class SqliteShelf:
    """One table with a unique key; writers take turns, so what is claimed needs no lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, instants: Mapping[str, float], written: Iterable[Values], places: Sequence[Values]) -> int:
        """Write first versions of mentions of which there is nothing yet; return how many there were.

        Whatever there is of a key is as new as a first version, and stays. Then nobody knows which rows are new, but
        places written again are the same places. (A savepoint would cost a copy of every page that changes.)
        """
        dialect = self._connection.dialect
        added = write(self._connection, adding_new(dialect, mention), list(written))
        if added < len(instants):
            there = self.present(list(instants))
            first = [row for row in there if row.version == 1 and row.deleted_at is None]
            places = [place for row in first for place in places_of(row)]
        write(self._connection, adding_new(dialect, mention_brand), places)
        return added

    def claim(self, instants: Mapping[str, float]) -> list[Row[Any]]:
        """Return what there is of those keys."""
        return self.present(list(instants))

    def present(self, keys: Sequence[str]) -> list[Row[Any]]:
        """Return what there is of those keys."""
        chunks = (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
        return [row for chunk in chunks for row in self._connection.execute(_of_keys(chunk))]

    def replace(self, present: Sequence[Row[Any]], written: Sequence[Values], places: Sequence[Values]) -> None:
        """Write mentions, and their places, instead of what is present of them."""
        dialect = self._connection.dialect
        write(self._connection, deleting(dialect, mention_brand), _places_left(present))
        write(self._connection, replacing(dialect, mention), written)
        write(self._connection, replacing(dialect, mention_brand), places)


class PostgresShelf:
    """Days of mentions, and the register that holds each key once."""

    def __init__(self, connection: Connection, partitions: Partitions) -> None:
        self._connection = connection
        self._partitions = partitions

    def add(self, instants: Mapping[str, float], written: Iterable[Values], places: Sequence[Values]) -> int | None:
        """Write first versions of mentions of which there is nothing yet; None if somebody else did meanwhile.

        Whatever there is of a key is as new as a first version, and stays. Rows are made while the server is busy with
        those before.
        """
        from psycopg.errors import UniqueViolation

        new = instants
        for _ in range(2):
            try:
                with self._connection.begin_nested():
                    pour(self._connection, "mention_key", ["text", "float8"], sorted(new.items()))
                    self._put(set(new.values()), *_only(new, written, places, all_of=new is instants))
                return len(new)
            except UniqueViolation as error:
                if error.diag.table_name != mention_key.name:  # rows were used up, and the register is not right
                    raise
                there = set(self._connection.scalars(_KNOWN, {"keys": list(instants)}))
                new = {key: at for key, at in instants.items() if key not in there}
                if not new:
                    return 0
        return None

    def claim(self, instants: Mapping[str, float]) -> list[Row[Any]]:
        """Register those keys, waiting for whoever holds one, and return what there is of them."""
        register = sorted(instants.items())
        keys, ats = [key for key, _ in register], [at for _, at in register]
        there = self._connection.scalars(_CLAIM, {"keys": keys, "ats": ats}).all()
        return self.present(there)

    def present(self, keys: Sequence[str]) -> list[Row[Any]]:
        """Return what there is of those keys."""
        return list(self._connection.execute(_PRESENT, {"keys": list(keys)})) if keys else []

    def replace(self, present: Sequence[Row[Any]], written: Sequence[Values], places: Sequence[Values]) -> None:
        """Write mentions that were claimed, and their places, instead of what is present of them."""
        if not written:
            return
        before = {row.key: row.published_at for row in present}
        if before:
            self._partitions.touch(before.values())
            self._delete("mention_brand", ("brand", "published_at", "key"), _places_left(present))
            self._delete("mention", ("published_at", "key"), [(at, key) for key, at in before.items()])
        moved = [
            (row[KEY], row[PUBLISHED_AT])
            for row in written
            if before.get(row[KEY], row[PUBLISHED_AT]) != row[PUBLISHED_AT]
        ]
        if moved:
            keys, ats = zip(*moved, strict=True)
            self._connection.execute(_MOVE, {"keys": list(keys), "ats": list(ats)})
        self._put({row[PUBLISHED_AT] for row in written}, written, places)

    def _put(self, instants: set[float], written: Iterable[Values], places: Iterable[Values]) -> None:
        self._partitions.hold("mention", instants)
        for table, rows in ((mention, written), (mention_brand, places)):
            pour(self._connection, table.name, [BINARY[str(column.type)] for column in table.c], rows)

    def _delete(self, table: str, columns: Sequence[str], rows: Sequence[Values]) -> None:
        types = {"published_at": "float8"}
        names = ", ".join(columns)
        lists = ", ".join(f"CAST(:{name} AS {types.get(name, 'text')}[])" for name in columns)
        equal = " AND ".join(f"t.{name} = old.{name}" for name in columns)
        sql = f"DELETE FROM {table} t USING unnest({lists}) AS old({names}) WHERE {equal}"  # noqa: S608 - our own names
        values = zip(*rows, strict=True) if rows else [()] * len(columns)
        given = {name: list(some) for name, some in zip(columns, values, strict=True)}
        self._connection.execute(text(sql), given)


_CLAIM = text(
    "WITH claimed AS (INSERT INTO mention_key AS k (key, published_at) "
    "SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:ats AS float8[])) "
    "ON CONFLICT (key) DO UPDATE SET published_at = k.published_at RETURNING key, xmax <> 0 AS there) "
    "SELECT key FROM claimed WHERE there"
)
"""What was there before is locked by writing it as it is; `xmax` tells it from what is new."""

_PRESENT = (
    select(mention)
    .join_from(
        mention_key,
        mention,
        (mention_key.c.key == mention.c.key) & (mention_key.c.published_at == mention.c.published_at),
    )
    .where(mention_key.c.key == func.any(bindparam("keys", type_=ARRAY(Text))))
)
_MOVE = text(
    "UPDATE mention_key k SET published_at = given.at "
    "FROM unnest(CAST(:keys AS text[]), CAST(:ats AS float8[])) AS given(key, at) WHERE k.key = given.key"
)


_KNOWN = select(mention_key.c.key).where(mention_key.c.key == func.any(bindparam("keys", type_=ARRAY(Text))))


def _only(
    new: Mapping[str, float], written: Iterable[Values], places: Sequence[Values], *, all_of: bool
) -> tuple[Iterable[Values], Iterable[Values]]:
    """Return the rows of those keys, looked at only when they are asked for: places are known after rows."""
    if all_of:
        return written, places
    return (row for row in written if row[KEY] in new), (place for place in places if place[PLACE_KEY] in new)


def _of_keys(keys: Sequence[str]) -> Any:
    return select(mention).where(mention.c.key.in_(keys))


def _places_left(present: Sequence[Row[Any]]) -> list[Values]:
    return [(brand, row.published_at, row.key) for row in present for brand in brands_of(row.brands)]
