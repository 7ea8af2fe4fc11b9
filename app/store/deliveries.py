"""Deliveries: who is told of what, and how far telling has come. Both change in one transaction."""

from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy import Select, delete, func, select, tuple_, update
from sqlalchemy.engine import Connection

from app.domain.delivery import WAITING, Beat, Delivery, DeliveryState, Progress, Stall
from app.errors import NotFound
from app.store.alerting import delivery, dispatch, drill
from app.store.page import Page, cursor_after, position_of
from app.store.statements import put, replacing, write

POSITION, STALLS, BEAT, INCIDENT = "events", "stalls", "heartbeat", "incident:"


class Deliveries:
    """Plans, takes, saves and pages deliveries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self, made: Delivery) -> bool:
        """Keep a new delivery; False if one that is about the same was planned before."""
        return put(self._connection, delivery, _row(made))

    def save(self, made: Delivery) -> None:
        """Keep a delivery in its present state, instead of its earlier one."""
        write(self._connection, replacing(self._connection.dialect, delivery), [tuple(_row(made).values())])

    def amend(self, made: Delivery) -> bool:
        """Keep a delivery in its present state if it still waits; False if it is on the wire by now, or through."""
        row = _row(made)
        waiting = update(delivery).where(delivery.c.id == made.id, delivery.c.state.in_(sorted(WAITING)))
        return self._connection.execute(waiting.values(row)).rowcount == 1

    def again(self, made: Delivery) -> bool:
        """Let a delivery wait again that was cut off on the wire; False if it is not one of those."""
        unclear = update(delivery).where(delivery.c.id == made.id, delivery.c.state == "unclear")
        return self._connection.execute(unclear.values(_row(made))).rowcount == 1

    def take(self, made: Delivery, worker: str, at: float) -> Delivery | None:
        """Put a waiting delivery on the wire in the name of a worker; None if it does not wait any more."""
        taken = msgspec.structs.replace(made, state="sending", worker=worker, taken_at=at, reason="")
        row = _row(taken)
        mine = update(delivery).where(delivery.c.id == made.id, delivery.c.state.in_(sorted(WAITING)))
        changed = self._connection.execute(mine.values(state="sending", document=row["document"]))
        return taken if changed.rowcount == 1 else None

    def get(self, delivery_id: str) -> Delivery:
        """Return one delivery; raise `NotFound` if there is none of that id."""
        found = self._read(select(delivery.c.document).where(delivery.c.id == delivery_id))
        if not found:
            raise NotFound(f"There is no delivery {delivery_id!r}; GET /api/v1/deliveries lists them.")
        return found[0]

    def due(self, at: float, limit: int = 100) -> list[Delivery]:
        """Return what waits and has come due, the longest due first."""
        query = select(delivery.c.document).where(delivery.c.state.in_(sorted(WAITING)), delivery.c.due_at <= at)
        return self._read(query.order_by(delivery.c.due_at, delivery.c.id).limit(limit))

    def on_the_wire(self) -> list[Delivery]:
        """Return what somebody was sending when it was last heard of."""
        return self._read(select(delivery.c.document).where(delivery.c.state == "sending"))

    def of(self, incidents: Collection[str]) -> list[Delivery]:
        """Return all deliveries of these incidents, in the order in which they were planned."""
        query = select(delivery.c.document).where(delivery.c.incident.in_(list(incidents)))
        return self._read(query.order_by(delivery.c.at, delivery.c.id))

    def find(
        self,
        incident: str | None = None,
        person: str | None = None,
        state: DeliveryState | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Delivery]:
        """Return deliveries, the latest planned first."""
        query = select(delivery.c.document).order_by(delivery.c.at.desc(), delivery.c.id.desc())
        for column, wanted in ((delivery.c.incident, incident), (delivery.c.person, person), (delivery.c.state, state)):
            if wanted is not None:
                query = query.where(column == wanted)
        if cursor:
            query = query.where(tuple_(delivery.c.at, delivery.c.id) < position_of(cursor))
        found = self._read(query.limit(limit + 1))
        last = found[limit - 1] if len(found) > limit else None
        return Page(found[:limit], cursor_after((last.planned_at, last.id)) if last else None)

    def given_up(self, since: float) -> list[Delivery]:
        """Return what was given up of all that was planned since an instant, the latest first."""
        query = select(delivery.c.document).where(delivery.c.state == "given_up", delivery.c.at >= since)
        return self._read(query.order_by(delivery.c.at.desc(), delivery.c.id).limit(100))

    def _read(self, query: Select[str]) -> list[Delivery]:
        return [msgspec.json.decode(document, type=Delivery) for document in self._connection.scalars(query)]


class Dispatch:
    """How far telling people has come: of all events, of each incident, and of what stands still."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def alone(self) -> None:
        """Make other transactions that ask for the same wait until this one ends; SQLite's writers wait anyhow."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("dispatch"))))

    def position(self) -> int:
        """Return the number of the last event that was looked at, 0 before the first look."""
        return int(self._get(POSITION) or 0)

    def move(self, number: int) -> None:
        """Note that all events up to this one were looked at."""
        self._put(POSITION, number)

    def progress(self, incidents: Iterable[str]) -> dict[str, Progress]:
        """Return how far telling of these incidents has come."""
        names = [INCIDENT + one for one in incidents]
        query = select(dispatch.c.name, dispatch.c.document).where(dispatch.c.name.in_(names))
        found = {str(name).removeprefix(INCIDENT): document for name, document in self._connection.execute(query)}
        return {name: msgspec.json.decode(document, type=Progress) for name, document in found.items()}

    def keep(self, incident: str, progress: Progress) -> None:
        """Note how far telling of an incident has come."""
        self._put(INCIDENT + incident, progress)

    def forget(self, incident: str) -> None:
        """Note no more how far telling of an incident that is over has come."""
        self._connection.execute(delete(dispatch).where(dispatch.c.name == INCIDENT + incident))

    def drilled(self, drills: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return by drill the ids of the persons who take part: `recipients` of its document."""
        query = select(drill.c.id, drill.c.document).where(drill.c.id.in_(list(drills)))
        return (
            {str(name): _taking_part(document) for name, document in self._connection.execute(query)} if drills else {}
        )

    def stalls(self) -> dict[str, Stall]:
        """Return what of ours stands still, or did a while ago, by its name."""
        return msgspec.json.decode(self._get(STALLS) or "{}", type=dict[str, Stall])

    def note(self, stalls: dict[str, Stall]) -> None:
        """Note what of ours stands still."""
        self._put(STALLS, stalls)

    def beat(self) -> Beat | None:
        """Return the last sign of life to outside, None if there was none yet."""
        found = self._get(BEAT)
        return None if found is None else msgspec.json.decode(found, type=Beat)

    def beaten(self, beat: Beat) -> None:
        """Note a sign of life to outside."""
        self._put(BEAT, beat)

    def _get(self, name: str) -> str | None:
        return self._connection.scalar(select(dispatch.c.document).where(dispatch.c.name == name))

    def _put(self, name: str, document: object) -> None:
        row = (name, msgspec.json.encode(document).decode())
        write(self._connection, replacing(self._connection.dialect, dispatch), [row])


def _row(made: Delivery) -> dict[str, object]:
    return {
        "id": made.id,
        "incident": made.incident,
        "person": made.person,
        "state": made.state,
        "due_at": made.due_at,
        "at": made.planned_at,
        "document": msgspec.json.encode(made).decode(),
    }


class _Drill(msgspec.Struct):
    recipients: tuple[str, ...] = ()


def _taking_part(document: str) -> tuple[str, ...]:
    return msgspec.json.decode(document, type=_Drill).recipients
