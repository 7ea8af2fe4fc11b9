"""Silences, kept while they last and after."""

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.engine import Connection

from app.domain.silence import Silence
from app.errors import NotFound
from app.store.alerting import silence
from app.store.page import Page, cursor_after, position_of
from app.store.statements import replacing, write


class Silences:
    """Saves, gets and pages silences."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, kept: Silence) -> None:
        """Keep a silence as it is now."""
        row = (kept.id, kept.brand, kept.until, msgspec.json.encode(kept).decode())
        write(self._connection, replacing(self._connection.dialect, silence), [row])

    def get(self, silence_id: str) -> Silence:
        """Return one silence; raise `NotFound` if there is none of that id."""
        found = self._connection.scalar(select(silence.c.document).where(silence.c.id == silence_id))
        if found is None:
            raise NotFound(f"There is no silence {silence_id[:80]!r}; GET /api/v1/silences lists them.")
        return msgspec.json.decode(found, type=Silence)

    def active(self, at: float, brand: str | None = None) -> list[Silence]:
        """Return the silences in force at an instant, the one that ends first first."""
        query = select(silence.c.document).where(silence.c.until > at).order_by(silence.c.until, silence.c.id)
        if brand is not None:
            query = query.where(silence.c.brand == brand)
        return [msgspec.json.decode(document, type=Silence) for document in self._connection.scalars(query)]

    def find(
        self,
        at: float,
        *,
        active: bool | None = None,
        brand: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Silence]:
        """Return silences, the one that ends last first: all, or those in force at `at`, or those that are over."""
        order = tuple_(silence.c.until, silence.c.id)
        query = select(silence.c.document).order_by(silence.c.until.desc(), silence.c.id.desc())
        if active is not None:
            query = query.where(silence.c.until > at if active else silence.c.until <= at)
        if brand:
            query = query.where(silence.c.brand == brand)
        if cursor:
            query = query.where(order < position_of(cursor))
        documents = self._connection.scalars(query.limit(limit + 1))
        found = [msgspec.json.decode(document, type=Silence) for document in documents]
        last = found[limit - 1] if len(found) > limit else None
        return Page(found[:limit], cursor_after((last.until, last.id)) if last else None)
