"""How far retention has gone: what was before is kept no longer."""

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.store.schema import expiry
from app.store.statements import insert

MENTIONS = "mentions "
"""Before the name of a channel: the kind of its mentions."""


class Expiry:
    """One instant for each kind of thing that expires; it only ever moves on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, kind: str) -> float:
        """Return up to which instant a kind was deleted; minus infinity if never."""
        found = self._connection.scalar(select(expiry.c.until).where(expiry.c.kind == kind))
        return float("-inf") if found is None else float(found)

    def mentions(self) -> dict[str, float]:
        """Return by channel before which instant of publication mentions were deleted."""
        found = self._connection.execute(select(expiry).where(expiry.c.kind.startswith(MENTIONS)))
        return {row.kind.removeprefix(MENTIONS): row.until for row in found}

    def move(self, kind: str, until: float) -> None:
        """Say that a kind is deleted up to an instant."""
        if until <= self.of(kind):
            return
        made = insert(self._connection, expiry).values(kind=kind, until=until)
        self._connection.execute(made.on_conflict_do_update(index_elements=["kind"], set_={"until": until}))
