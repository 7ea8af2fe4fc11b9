"""Look-ups: the port behind which a channel tells who its authors are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from app.domain.mention import Author


class Lookup(Protocol):
    """Knows the authors of one channel; a connector has one if it has a method `lookup() -> Lookup | None`."""

    most: int
    """Authors a request."""

    def handles(self, accounts: Iterable[str]) -> list[str]:
        """Return under which handles accounts, as the configuration states them, may be asked after like ids."""

    async def ask(self, ids: Sequence[str]) -> Mapping[str, Author]:
        """Return by id those of at most `most` authors that are known; raise `SourceUnavailable` if nobody answers."""

    async def close(self) -> None:
        """Let go of the connection."""
