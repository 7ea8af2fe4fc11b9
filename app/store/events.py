"""The log of incidents: what happened, in order."""

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from app.domain.events import IncidentEvent
from app.store.alerting import incident_event


class IncidentEvents:
    """Appends and reads events of incidents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, event: IncidentEvent) -> IncidentEvent:
        """Keep one more event and return it with its number.

        Others that append wait until this transaction ends: events appear in the order of their numbers, so whoever
        reads on from the last number misses none.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("incident_event"))))
        document = msgspec.json.encode(event).decode()
        row = {"incident": event.incident, "brand": event.brand, "at": event.at, "kind": event.kind}
        made = insert(incident_event).values(**row, document=document).returning(incident_event.c.id)
        return msgspec.structs.replace(event, number=self._connection.execute(made).scalar_one())

    def of(self, incident: str) -> list[IncidentEvent]:
        """Return all events of an incident, oldest first."""
        query = select(incident_event.c.id, incident_event.c.document).where(incident_event.c.incident == incident)
        return [_event(*row) for row in self._connection.execute(query.order_by(incident_event.c.id))]

    def after(self, number: int, limit: int = 500) -> list[IncidentEvent]:
        """Return the events of all incidents that were kept after the one of this number, oldest first."""
        query = select(incident_event.c.id, incident_event.c.document).where(incident_event.c.id > number)
        return [_event(*row) for row in self._connection.execute(query.order_by(incident_event.c.id).limit(limit))]


def _event(number: int, document: str) -> IncidentEvent:
    return msgspec.structs.replace(msgspec.json.decode(document, type=IncidentEvent), number=number)
