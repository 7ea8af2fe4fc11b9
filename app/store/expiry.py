"""How far retention has gone: what was before is kept no longer."""

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.store.schema import expiry
from app.store.statements import insert


class Expiry:
    """One instant for each kind of thing that expires; it only ever moves on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, kind: str) -> float:
        """Return up to which instant a kind was deleted; minus infinity if never."""
        found = self._connection.scalar(select(expiry.c.until).where(expiry.c.kind == kind))
        return float("-inf") if found is None else float(found)

    def move(self, kind: str, until: float) -> None:
        """Say that a kind is deleted up to an instant."""
        if until <= self.of(kind):
            return
        made = insert(self._connection, expiry).values(kind=kind, until=until)
        self._connection.execute(made.on_conflict_do_update(index_elements=["kind"], set_={"until": until}))
