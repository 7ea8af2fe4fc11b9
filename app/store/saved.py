"""What was saved of the watchlist on screen or by the API, and a number that counts every save."""

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.domain.brand import Brand, Campaign, Topic
from app.domain.rule import Rule
from app.domain.saved import Kind, Row, Saved
from app.store.schema import watched
from app.store.statements import replacing, write

_TYPES: dict[str, object] = {
    "brands": Brand, "competitors": Brand, "topics": Topic, "campaigns": Campaign, "rules": Rule,
    "spam": tuple[str, ...],
}  # fmt: skip


class SavedRows:
    """Puts and lists rows; one that was taken off stays as the word that it was."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def alone(self) -> None:
        """Make other transactions that ask for the same wait until this one ends; SQLite's writers wait anyhow."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("watchlist"))))

    def revision(self) -> int:
        """Return the number of the latest save, 0 before the first."""
        return int(self._connection.scalar(select(func.max(watched.c.revision))) or 0)

    def put(self, saved: Saved) -> None:
        """Keep a row as it is saved now, instead of as it was saved before."""
        document = None if saved.row is None else msgspec.json.encode(saved.row).decode()
        row = (saved.kind, saved.id, document, saved.replaced, saved.revision, saved.at)
        write(self._connection, replacing(self._connection.dialect, watched), [row])

    def all(self) -> list[Saved]:
        """Return every row, by kind and id."""
        rows = self._connection.execute(select(watched).order_by(watched.c.kind, watched.c.id))
        return [
            Saved(row.kind, row.id, _row(row.kind, row.document), row.replaced, row.revision, row.at) for row in rows
        ]


def _row(kind: Kind, document: str | None) -> Row | None:
    found: Row | None = None if document is None else msgspec.json.decode(document, type=_TYPES[kind])
    return found
