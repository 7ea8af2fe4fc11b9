"""Tokens by which machines prove who they are; only their digests are kept."""

import hashlib
import re
import secrets
from collections.abc import Sequence

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from app.domain.actor import Actor
from app.errors import Conflict, WrongInput
from app.store.schema import token
from app.store.statements import put

DIGEST = re.compile(r"[0-9a-f]{64}")
TOUCH_EVERY = 60.0


class Token(msgspec.Struct, frozen=True):
    """What is known of a token: everything but the token."""

    name: str
    roles: tuple[str, ...]
    created_at: float
    used_at: float | None = None


def make() -> str:
    """Return a new token of 256 random bits, to be shown once."""
    return secrets.token_urlsafe(32)


def digest_of(text: str) -> str:
    """Return what is kept of a token: its SHA-256 in hex (a random token of 256 bits needs no slower hash)."""
    return hashlib.sha256(text.encode()).hexdigest()


class Tokens:
    """Adds, finds and removes tokens."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, name: str, digest: str, at: float, roles: Sequence[str] = ("machine",)) -> None:
        """Keep the digest of a new token; raise `Conflict` if the name is taken."""
        if not DIGEST.fullmatch(digest):
            raise WrongInput("Only the SHA-256 of a token in hex is kept; hand in that.")
        row = {"name": name, "digest": digest, "roles": msgspec.json.encode(roles).decode(), "created_at": at}
        if not put(self._connection, token, row):
            raise Conflict(f"There is already a token named {name!r}; choose another name or remove that one first.")

    def find(self, digest: str) -> Actor | None:
        """Return the machine whose token has this digest."""
        row = self._connection.execute(select(token).where(token.c.digest == digest)).one_or_none()
        return Actor("machine", row.name, _roles(row.roles)) if row else None

    def touch(self, digest: str, at: float) -> None:
        """Note that a token was used, to the minute."""
        stale = or_(token.c.used_at.is_(None), token.c.used_at <= at - TOUCH_EVERY)
        self._connection.execute(token.update().where(token.c.digest == digest, stale).values(used_at=at))

    def list(self) -> list[Token]:
        """Return all tokens by name."""
        rows = self._connection.execute(select(token).order_by(token.c.name))
        return [Token(row.name, _roles(row.roles), row.created_at, row.used_at) for row in rows]

    def remove(self, name: str) -> bool:
        """Forget a token, which ends its use at once; False if there is none of that name."""
        return bool(self._connection.execute(token.delete().where(token.c.name == name)).rowcount)


def _roles(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])
