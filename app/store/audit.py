"""The audit log: one row for every write somebody made."""

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.domain.audit import AuditEntry
from app.store.page import Page, cursor_after, position_of
from app.store.schema import audit_entry

Detail = dict[str, str | int | float | bool | None]


class Audit:
    """Appends and pages audit entries; they are never changed, and never hold a text or an author's name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, entry: AuditEntry) -> None:
        """Add an entry, in the transaction of what it speaks of."""
        row = msgspec.structs.asdict(entry) | {"detail": msgspec.json.encode(entry.detail).decode()}
        self._connection.execute(audit_entry.insert().values(row))

    def find(self, limit: int = 50, cursor: str | None = None) -> Page[AuditEntry]:
        """Return entries, newest first."""
        query = select(audit_entry).order_by(audit_entry.c.id.desc()).limit(limit + 1)
        if cursor:
            query = query.where(audit_entry.c.id < int(position_of(cursor)[0]))
        rows = [row._asdict() for row in self._connection.execute(query)]
        following = cursor_after((float(rows[limit - 1]["id"]), "")) if len(rows) > limit else None
        for row in rows:
            del row["id"]
            row["detail"] = msgspec.json.decode(row["detail"], type=Detail)
        return Page([AuditEntry(**row) for row in rows[:limit]], following)

    def subjects(self, verb: str) -> set[str]:
        """Return what a verb was ever done to, as far as the log reaches back."""
        found = self._connection.scalars(select(audit_entry.c.subject).where(audit_entry.c.verb == verb))
        return set(found)
