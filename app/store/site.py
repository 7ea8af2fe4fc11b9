"""Single values of this installation."""

import secrets

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.store.schema import site
from app.store.statements import put

SECRET = "secret"  # noqa: S105 - the name of the row, not what is in it


class Site:
    """Named values that are made once and never change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def secret(self) -> bytes | None:
        """Return the site's secret, None before it was made."""
        value: bytes | None = self._connection.scalar(select(site.c.value).where(site.c.name == SECRET))
        return value

    def make_secret(self) -> bytes:
        """Return the site's secret of 32 random bytes, made now if there is none."""
        put(self._connection, site, {"name": SECRET, "value": secrets.token_bytes(32)})
        secret = self.secret()
        if secret is None:  # pragma: no cover - the line above made it
            raise AssertionError
        return secret
