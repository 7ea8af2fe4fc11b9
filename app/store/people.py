"""Persons with their ways, shifts, and chains of who is told after whom."""

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection

from app.domain.person import Person
from app.domain.roster import Chain, Shift
from app.errors import NotFound
from app.store.alerting import chain, person, shift
from app.store.statements import replacing, write


class People:
    """Keeps and lists persons, shifts and chains; each is there once and replaces its earlier self."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def alone(self) -> None:
        """Make other transactions that ask for the same wait until this one ends; SQLite's writers wait anyhow."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("people"))))

    def put(self, kept: Person) -> None:
        """Keep a person as they are now."""
        write(self._connection, replacing(self._connection.dialect, person), [(kept.id, _written(kept))])

    def get(self, person_id: str) -> Person:
        """Return one person; raise `NotFound` if there is none of that id."""
        found = self._connection.scalar(select(person.c.document).where(person.c.id == person_id))
        if found is None:
            raise NotFound(f"There is no person {person_id[:80]!r}; GET /api/v1/people lists them.")
        return msgspec.json.decode(found, type=Person)

    def all(self) -> list[Person]:
        """Return everybody, by id."""
        found = self._connection.scalars(select(person.c.document).order_by(person.c.id))
        return [msgspec.json.decode(document, type=Person) for document in found]

    def remove(self, person_id: str) -> int:
        """Forget a person and their shifts; return how many shifts that were."""
        self._connection.execute(delete(person).where(person.c.id == person_id))
        gone = delete(shift).where(shift.c.person == person_id)
        return self._connection.execute(gone, execution_options={"preserve_rowcount": True}).rowcount

    def put_shift(self, kept: Shift) -> None:
        """Keep a shift."""
        row = (kept.id, kept.person, _written(kept))
        write(self._connection, replacing(self._connection.dialect, shift), [row])

    def shifts(self) -> list[Shift]:
        """Return all shifts, by id."""
        found = self._connection.scalars(select(shift.c.document).order_by(shift.c.id))
        return [msgspec.json.decode(document, type=Shift) for document in found]

    def remove_shift(self, shift_id: str) -> bool:
        """Forget a shift; return whether there was one."""
        gone = delete(shift).where(shift.c.id == shift_id)
        return self._connection.execute(gone, execution_options={"preserve_rowcount": True}).rowcount == 1

    def put_chain(self, kept: Chain) -> None:
        """Keep the chain of a brand."""
        write(self._connection, replacing(self._connection.dialect, chain), [(kept.brand, _written(kept))])

    def chains(self) -> list[Chain]:
        """Return all chains that were saved, by brand."""
        found = self._connection.scalars(select(chain.c.document).order_by(chain.c.brand))
        return [msgspec.json.decode(document, type=Chain) for document in found]

    def remove_chain(self, brand: str) -> bool:
        """Forget the chain of a brand; return whether it had one of its own."""
        gone = delete(chain).where(chain.c.brand == brand)
        return self._connection.execute(gone, execution_options={"preserve_rowcount": True}).rowcount == 1


def _written(kept: Person | Shift | Chain) -> str:
    return msgspec.json.encode(kept).decode()
