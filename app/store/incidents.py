"""Incidents, kept from opening to resolving and after."""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.engine import Connection

from app.domain.incident import Incident, IncidentState, read
from app.errors import NotFound
from app.store.page import Page, cursor_after, position_of
from app.store.schema import incident
from app.store.statements import replacing, write

WRITTEN: dict[IncidentState | Literal["open"], tuple[str, ...]] = {
    "open": ("firing", "acknowledged", "owned", "open"),
    "firing": ("firing", "open"),
    "acknowledged": ("acknowledged",),
    "owned": ("owned",),
    "resolved": ("resolved",),
}
"""What is asked for → the states of its rows; earlier versions wrote `open` for `firing`."""


class Incidents:
    """Saves, gets and pages incidents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, kept: Incident) -> None:
        """Keep an incident in its present state, instead of its earlier one."""
        row = (kept.id, kept.brand, kept.state, kept.opened_at, msgspec.json.encode(kept).decode())
        write(self._connection, replacing(self._connection.dialect, incident), [row])

    def get(self, incident_id: str) -> Incident:
        """Return one incident; raise `NotFound` if there is none of that id."""
        found = self._read(select(incident.c.document).where(incident.c.id == incident_id))
        if not found:
            raise NotFound(f"There is no incident {incident_id!r}; GET /api/v1/incidents lists them.")
        return found[0]

    def alone(self, brand: str) -> None:
        """Make other transactions that ask for the same wait until this one ends; SQLite's writers wait anyhow."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"incident {brand}"))))

    def open(self) -> list[Incident]:
        """Return what is not yet resolved, oldest first."""
        query = select(incident.c.document).where(incident.c.state != "resolved")
        return self._read(query.order_by(incident.c.opened_at, incident.c.id))

    def find(
        self,
        state: IncidentState | Literal["open"] | None = None,
        brand: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Incident]:
        """Return incidents, latest opened first; `open` are all that are not resolved."""
        order = tuple_(incident.c.opened_at, incident.c.id)
        query = select(incident.c.document).order_by(incident.c.opened_at.desc(), incident.c.id.desc())
        if state:
            query = query.where(incident.c.state.in_(WRITTEN[state]))
        if brand:
            query = query.where(incident.c.brand == brand)
        if cursor:
            query = query.where(order < position_of(cursor))
        found = self._read(query.limit(limit + 1))
        last = found[limit - 1] if len(found) > limit else None
        return Page(found[:limit], cursor_after((last.opened_at, last.id)) if last else None)

    def forget(self, brands: Iterable[str], names: set[str]) -> int:
        """Take the names of authors who are gone out of the incidents of these brands; return how many changed."""
        query = select(incident.c.document).where(incident.c.brand.in_(list(brands)))
        changed = [kept for kept in self._read(query) if names & set(kept.authors)]
        for kept in changed:
            gone = "|".join(re.escape(name) for name in names.intersection(kept.authors))
            reason = {language: re.sub(rf"(?<!\w)(?:{gone})(?!\w)", "…", why) for language, why in kept.reason.items()}
            left = tuple(name for name in kept.authors if name not in names)
            self.save(msgspec.structs.replace(kept, authors=left, reason=reason))
        return len(changed)

    def _read(self, query: Select[str]) -> list[Incident]:
        return [read(document) for document in self._connection.scalars(query)]
