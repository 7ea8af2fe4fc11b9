"""Drills: what was practised, when, and how fast people were."""

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.domain.drill import Drill
from app.errors import NotFound
from app.store.alerting import drill
from app.store.statements import replacing, write


class Drills:
    """Keeps drills, each there once and replacing its earlier self."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, kept: Drill) -> None:
        """Keep a drill as it is now."""
        row = (kept.id, kept.at, msgspec.json.encode(kept).decode())
        write(self._connection, replacing(self._connection.dialect, drill), [row])

    def get(self, drill_id: str) -> Drill:
        """Return one drill; raise `NotFound` if there is none of that id."""
        found = self._connection.scalar(select(drill.c.document).where(drill.c.id == drill_id))
        if found is None:
            raise NotFound(f"There is no drill {drill_id[:60]!r}; GET /api/v1/drills lists them.")
        return msgspec.json.decode(found, type=Drill)

    def latest(self, limit: int = 50) -> list[Drill]:
        """Return the latest drills, newest first."""
        query = select(drill.c.document).order_by(drill.c.at.desc(), drill.c.id).limit(limit)
        return [msgspec.json.decode(document, type=Drill) for document in self._connection.scalars(query)]
