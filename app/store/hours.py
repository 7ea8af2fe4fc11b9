"""What sources brought, by the hour: what is usual for them is made from it."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from app.domain.habit import Hour
from app.store.schema import source_hour
from app.store.statements import adding, write


class SourceHours:
    """Adds up and reads the hours of sources."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, source: str, hours: Sequence[Hour]) -> None:
        """Add items and seconds of listening to what is known of those hours."""
        rows = [(source, one.start, one.items, one.heard) for one in hours]
        write(self._connection, adding(self._connection.dialect, source_hour), rows)

    def read(self, source: str, since: float) -> list[Hour]:
        """Return the hours of a source from an instant on, oldest first."""
        row = source_hour.c
        query = select(row.start, row["items"], row.heard).where(row.source == source, row.start >= since)
        return [Hour(*found) for found in self._connection.execute(query.order_by(row.start))]

    def forget(self, source: str, until: float) -> None:
        """Drop the hours of a source that began before an instant."""
        row = source_hour.c
        self._connection.execute(delete(source_hour).where(row.source == source, row.start < until))
