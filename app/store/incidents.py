"""Incidents, kept from opening to resolving and after."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import JSON, ColumnElement, Select, cast, func, select, tuple_, type_coerce
from sqlalchemy.engine import Connection

from app.domain.incident import Incident, IncidentState, read, wiped
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

LATEST = 500
"""Resolved incidents of a brand that are looked through for the last one of a topic."""


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

    def held(self, incident_id: str) -> Incident:
        """Return one incident, which nobody else changes until this transaction ends; raise `NotFound`."""
        self.alone(self.get(incident_id).brand)
        return self.get(incident_id)

    def open(self, brand: str | None = None) -> list[Incident]:
        """Return what is not yet resolved, of one brand or of all, oldest first."""
        query = select(incident.c.document).where(incident.c.state != "resolved")
        if brand is not None:
            query = query.where(incident.c.brand == brand)
        return self._read(query.order_by(incident.c.opened_at, incident.c.id))

    def judged(self, brand: str) -> list[Incident]:
        """Return the incidents of a brand that a person called real or noise, oldest first; drills are none."""
        of_it = self._read(select(incident.c.document).where(incident.c.brand == brand))
        judged = (one for one in of_it if one.verdict is not None and one.drill is None)
        return sorted(judged, key=lambda one: (one.opened_at, one.id))

    def ended(self, brand: str, topic: str | None) -> Incident | None:
        """Return the incident of a brand as a whole, or of one topic, that was resolved last; drills are none."""
        query = select(incident.c.document).where(incident.c.brand == brand, incident.c.state == "resolved")
        latest = query.order_by(incident.c.opened_at.desc(), incident.c.id.desc()).limit(LATEST)
        found = (read(document) for document in self._connection.scalars(latest))
        return next((one for one in found if one.topic == topic and one.drill is None), None)

    def find(
        self,
        state: IncidentState | Literal["open"] | None = None,
        brand: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
        **figures: str | None,
    ) -> Page[Incident]:
        """Return incidents, latest opened first; `open` are all that are not resolved.

        `figures` are fields that have to be so, such as `topic="bills"`; None asks for nothing.
        """
        order = tuple_(incident.c.opened_at, incident.c.id)
        query = select(incident.c.document).order_by(incident.c.opened_at.desc(), incident.c.id.desc())
        if state:
            query = query.where(incident.c.state.in_(WRITTEN[state]))
        if brand:
            query = query.where(incident.c.brand == brand)
        for name, wanted in figures.items():
            if wanted is not None:
                query = query.where(self._field(name) == wanted)
        if cursor:
            query = query.where(order < position_of(cursor))
        found = self._read(query.limit(limit + 1))
        last = found[limit - 1] if len(found) > limit else None
        return Page(found[:limit], cursor_after((last.opened_at, last.id)) if last else None)

    def forget(self, brands: Iterable[str], names: set[str], authors: Iterable[str] = ()) -> int:
        """Take authors who are gone, by name and by key, out of incidents of these brands; return how many changed."""
        keys = set(authors)
        query = select(incident.c.document).where(incident.c.brand.in_(list(brands)))
        touched = [kept for kept in self._read(query) if wiped(kept, names, keys) != kept]
        for brand in sorted({kept.brand for kept in touched}):
            self.alone(brand)
        for kept in touched:
            self.save(wiped(self.get(kept.id), names, keys))
        return len(touched)

    def _field(self, name: str) -> ColumnElement[str]:
        """Return a field of the documents as text."""
        as_json = cast if self._connection.dialect.name == "postgresql" else type_coerce
        found: ColumnElement[str] = as_json(incident.c.document, JSON)[name].as_string()
        return found

    def _read(self, query: Select[str]) -> list[Incident]:
        return [read(document) for document in self._connection.scalars(query)]
