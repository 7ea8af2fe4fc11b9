"""Marks on authors: what we know of somebody beyond what they say, kept under digests, never under a name.

Who was never heard can be marked by handle: its digest is kept, too, and found as soon as somebody of that handle
speaks. An author's removal takes both away.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from sqlalchemy import and_, delete, select
from sqlalchemy.engine import Connection

from app.domain.folding import fold
from app.domain.identity import Identity
from app.domain.mention import Author
from app.store import rows
from app.store.schema import author_mark, mention
from app.store.statements import put

Mark = Literal["customer"]
MARKS: tuple[Mark, ...] = get_args(Mark)
CHUNK = 500
"""Keys named in one statement."""

Person = tuple[str, Author]
"""An author and the channel they speak in."""


def handle_key(identity: Identity, channel: str, handle: str) -> str:
    """Return under which key somebody is marked of whom only the handle is known."""
    return identity.author(channel, f"@{fold(handle.strip()).removeprefix('@')}")


class Marks:
    """Sets, reads and forgets marks within one transaction."""

    def __init__(self, connection: Connection, identity: Identity) -> None:
        self._connection = connection
        self._identity = identity

    def add(self, key: str, mark: Mark, at: float) -> bool:
        """Put a mark on an author or handle; False if it was there already."""
        return put(self._connection, author_mark, {"author_key": key, "mark": mark, "at": at})

    def clear(self, key: str, mark: Mark) -> bool:
        """Take a mark off an author, from their handles, too; False if there was none."""
        keys = [key, *self._handle_keys(key)]
        here = and_(author_mark.c.author_key.in_(keys), author_mark.c.mark == mark)
        gone = self._connection.execute(delete(author_mark).where(here).returning(author_mark.c.author_key)).all()
        return bool(gone)

    def forget(self, key: str) -> None:
        """Take off all marks of an author whose account is gone; to be called while their mentions are still there."""
        keys = [key, *self._handle_keys(key)]
        self._connection.execute(delete(author_mark).where(author_mark.c.author_key.in_(keys)))

    def known(self, key: str) -> bool:
        """Tell whether an author of that key has said anything that is kept."""
        query = select(mention.c.author_key).where(mention.c.author_key == key).limit(1)
        return self._connection.execute(query).first() is not None

    def of(self, people: Iterable[Person]) -> Mapping[str, tuple[Mark, ...]]:
        """Return the marks of authors by their key; those without any are missing."""
        named: dict[str, str] = {}
        for channel, author in people:
            key = self._identity.author(channel, author.id)
            named[key] = key
            if author.handle:
                named[handle_key(self._identity, channel, author.handle)] = key
        found: dict[str, set[Mark]] = {}
        for key, mark in self._found(list(named)):
            found.setdefault(named[key], set()).add(mark)
        return {key: tuple(mark for mark in MARKS if mark in marks) for key, marks in found.items()}

    def _found(self, keys: Sequence[str]) -> Iterable[tuple[str, Mark]]:
        for start in range(0, len(keys), CHUNK):
            query = select(author_mark.c.author_key, author_mark.c.mark)
            for row in self._connection.execute(query.where(author_mark.c.author_key.in_(keys[start : start + CHUNK]))):
                yield row.author_key, row.mark

    def _handle_keys(self, key: str) -> set[str]:
        """Return the keys of the handles under which an author has spoken."""
        said = self._connection.execute(select(mention).where(mention.c.author_key == key, mention.c.body.is_not(None)))
        people = {(row.channel, rows.author_of(row).handle) for row in said}
        return {handle_key(self._identity, channel, handle) for channel, handle in people if handle}
