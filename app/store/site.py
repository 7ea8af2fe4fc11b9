"""Single values of this installation."""

import secrets

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.store.schema import site
from app.store.statements import put, replacing, write

SECRET = "secret"  # noqa: S105 - the name of the row, not what is in it
PROBE, PROBE_BYTES = "probe", 16_384
TURN = "index turn"


class Site:
    """Named values."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def secret(self) -> bytes | None:
        """Return the site's secret, None before it was made."""
        value: bytes | None = self._connection.scalar(select(site.c.value).where(site.c.name == SECRET))
        return value

    def touch(self) -> None:
        """Write something that is not worth keeping, large enough to need room."""
        row = (PROBE, secrets.token_bytes(PROBE_BYTES))
        write(self._connection, replacing(self._connection.dialect, site), [row])

    def turn(self) -> int:
        """Return how often something was written to the full-text index."""
        value: bytes | None = self._connection.scalar(select(site.c.value).where(site.c.name == TURN))
        return int.from_bytes(value or b"")

    def take_turn(self, turn: int) -> None:
        """Say that something is written to the full-text index for that time."""
        write(self._connection, replacing(self._connection.dialect, site), [(TURN, turn.to_bytes(8))])

    def make_secret(self) -> bytes:
        """Return the site's secret of 32 random bytes, made now if there is none."""
        put(self._connection, site, {"name": SECRET, "value": secrets.token_bytes(32)})
        secret = self.secret()
        if secret is None:  # pragma: no cover - the line above made it
            raise AssertionError
        return secret
