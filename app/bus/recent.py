"""Who said what the streams still hold: what was accepted, by whichever process, and may not be archived yet."""

import asyncio
from collections import deque
from collections.abc import Collection, Mapping
from typing import Any

from app.bus import keys
from app.bus.codec import EVENT, PAYLOAD, UnreadableEntry, said
from app.bus.connection import Connection, guarded
from app.domain.analysis import AnalysedMention
from app.domain.correction import Correction
from app.domain.mention import Mention

PAGE = 1_000
NO_PAYLOADS = {b"t", b"v", b"b", b"m", b"k", b"n", b"reason", b"id"}
"""Fields of entries that hold something else."""
Author = tuple[str, str]
"""Channel, and the author's id there."""


class Followed:
    """One stream, read on from where it was read last; what was trimmed meanwhile is forgotten."""

    def __init__(self) -> None:
        self._last = "-"
        self._order: deque[tuple[tuple[int, int], Author, str]] = deque()
        self._by: dict[Author, dict[str, int]] = {}

    def by(self, author: Author) -> set[str]:
        """Return the ids of mentions by an author."""
        return set(self._by.get(author, ()))

    async def follow(self, client: Any, stream: str) -> None:
        """Read on to the end."""
        first = await client.xrange(stream, count=1)
        self._forget(_place(first[0][0]) if first else None)
        while page := await client.xrange(stream, self._last, count=PAGE):
            for identifier, fields in page:
                for mention in _mentions(fields or {}):
                    author = (mention.channel, mention.author.id)
                    self._order.append((_place(identifier), author, mention.id))
                    said = self._by.setdefault(author, {})
                    said[mention.id] = said.get(mention.id, 0) + 1
            self._last = f"({page[-1][0].decode()}"

    def _forget(self, first: tuple[int, int] | None) -> None:
        while self._order and (first is None or self._order[0][0] < first):
            _, author, mention = self._order.popleft()
            said = self._by[author]
            said[mention] -= 1
            if not said[mention]:
                del said[mention]
            if not said:
                del self._by[author]


class Recent:
    """The index of the streams by author; it costs nothing until somebody's account vanishes."""

    _connection: Connection
    _followed: dict[str, Followed]
    _following: asyncio.Lock

    @guarded
    async def recent_by(self, authors: Collection[Author]) -> dict[Author, set[str]]:
        """Return by (channel, author id) the ids of the mentions that are in the streams, some perhaps deleted already.

        Whatever was accepted before and is missing here is archived: so ask the archive after this, never before.
        """
        found: dict[Author, set[str]] = {author: set() for author in authors}
        async with self._following:
            for name in (keys.MENTIONS, keys.DEAD, keys.ANALYSED):  # the way a mention goes: none slips by between two
                for partition in range(self._connection.partitions):
                    stream = keys.stream(partition, name)
                    followed = self._followed.setdefault(stream, Followed())
                    await followed.follow(self._connection.client, stream)
                    for author in found:
                        found[author] |= followed.by(author)
        return found


def _mentions(fields: Mapping[bytes, bytes]) -> list[Mention]:
    """Return what an entry of any stream says: one mention, none, or a pack."""
    try:
        if b"e" in fields or len(fields) == 1:
            event = EVENT.decode(said(fields)[1])
            if isinstance(event, Correction):
                return [event.mention]
            return [event] if isinstance(event, Mention) else []
        packed = [blob for name, blob in fields.items() if name not in NO_PAYLOADS]
        payloads = [PAYLOAD.decode(blob) for blob in packed]
    except UnreadableEntry:
        return []
    return [payload.mention for payload in payloads if isinstance(payload, AnalysedMention)]


def _place(entry: bytes) -> tuple[int, int]:
    moment, _, number = entry.partition(b"-")
    return int(moment), int(number)
