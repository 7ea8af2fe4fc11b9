"""Which mentions are due to be asked after: a place in time for each source and age."""

from typing import NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.engine import Connection

from app.store import rows
from app.store.schema import mention, recheck
from app.store.statements import replacing, write


class Place(NamedTuple):
    """A mention in the order of publication; `key` decides among those of one instant."""

    published_at: float
    key: str = ""


class Due(NamedTuple):
    """A stored mention that is to be asked after, by channel and its id there."""

    place: Place
    channel: str
    id: str


class Rechecks:
    """Reads what is due and remembers how far it was asked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def place(self, source: str, age: int) -> Place | None:
        """Return up to where the mentions of a source were asked after at an age; None if never."""
        row = recheck.c
        query = select(row.published_at, row.key).where(row.source == source, row.age == age)
        found = self._connection.execute(query).one_or_none()
        return None if found is None else Place(*found)

    def move(self, source: str, age: int, place: Place) -> None:
        """Remember up to where they were asked after."""
        write(self._connection, replacing(self._connection.dialect, recheck), [(source, age, *place)])

    def due(self, source: str, after: Place, until: float, limit: int) -> list[Due]:
        """Return living mentions of a source after a place and published up to an instant, oldest first."""
        row = mention.c
        place = (row.published_at, row.key)
        query = select(mention).where(
            row.published_at >= after.published_at,
            tuple_(*place) > tuple(after),
            row.published_at <= until,
            row.source == source,
            row.deleted_at.is_(None),
            row.body.is_not(None),
        )
        found = self._connection.execute(query.order_by(*place).limit(limit))
        return [Due(Place(one.published_at, one.key), one.channel, rows.native_id_of(one)) for one in found]
