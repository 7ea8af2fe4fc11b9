"""Dead letters: what could not be analysed waits aside until a person retries or drops it."""

from collections.abc import Mapping

from app.bus import keys
from app.bus.codec import EVENT, UnreadableEntry
from app.bus.connection import Connection, guarded
from app.bus.memory import digest
from app.bus.port import Entry
from app.domain.correction import Correction
from app.domain.letter import Letter, Retried
from app.domain.mention import Deletion, Mention

TRIED_KEPT = 86_400
"""Seconds the attempts at an entry are remembered."""
PAGE = 500
RETRIED: tuple[Retried, ...] = ("again", "deleted", "overtaken", "gone")
"""What the script answers, by its number."""


class Letters:
    """The dead letters of all partitions, and the attempts at what may become one."""

    _connection: Connection

    @guarded
    async def attempt(self, entry: Entry) -> int:
        """Count an attempt at an entry that may be what kills its workers; return how many there were with this one."""
        name = f"{keys.prefix(entry.partition)}tried:{entry.id}"
        async with self._connection.client.pipeline(transaction=False) as pipe:
            pipe.incr(name)
            pipe.expire(name, TRIED_KEPT)
            attempts, _ = await pipe.execute()
        return int(attempts)

    @guarded
    async def letters(self) -> list[Letter]:
        """Return every dead letter, the oldest of each partition first."""
        found: list[Letter] = []
        for partition in range(self._connection.partitions):
            dead, start = keys.stream(partition, keys.DEAD), "-"
            while page := await self._connection.client.xrange(dead, start, count=PAGE):
                found += [_letter(partition, identifier.decode(), fields) for identifier, fields in page]
                start = f"({page[-1][0].decode()}"
        return found

    @guarded
    async def waiting_letters(self) -> int:
        """Return how many dead letters there are."""
        partitions = range(self._connection.partitions)
        return sum([await self._connection.client.xlen(keys.stream(p, keys.DEAD)) for p in partitions])

    @guarded
    async def retry_letter(self, letter: Letter) -> Retried:
        """Put a dead letter back where it came from, to be analysed under its own version.

        Not if its mention was deleted meanwhile or a later version is counted: then it is wiped, as the answer says.
        """
        words: list[str | int] = [0, "", ""]
        said = letter.event.mention if isinstance(letter.event, Correction) else letter.event
        if isinstance(said, Mention):
            words = [said.revision, digest(said), ",".join(said.brands)]
        partition = letter.partition
        names = [keys.stream(partition, name) for name in (keys.DEAD, keys.MENTIONS, keys.ANALYSED)]
        arguments = [keys.prefix(partition), letter.id, *words]
        answer: int = await self._connection.scripts.retry(names, arguments)
        return RETRIED[answer]

    @guarded
    async def drop_letter(self, letter: Letter) -> bool:
        """Wipe a dead letter; False if it is not there any more."""
        names = [keys.stream(letter.partition, keys.DEAD)]
        arguments = [keys.prefix(letter.partition), letter.id]
        return bool(await self._connection.scripts.drop(names, arguments))


def _letter(partition: int, identifier: str, fields: Mapping[bytes, bytes]) -> Letter:
    try:
        event = EVENT.decode(fields[b"e"]) if b"e" in fields else None
    except UnreadableEntry:
        event = None
    return Letter(
        partition,
        identifier,
        int(identifier.partition("-")[0]) / 1000,
        fields.get(b"reason", b"").decode("utf-8", "replace"),
        int(fields.get(b"n", 0)),
        keys.MENTIONS if b"e" in fields else keys.ANALYSED,
        event.key
        if isinstance(event, Mention | Deletion | Correction)
        else fields.get(b"k", b"").decode("utf-8", "replace"),
        int(fields.get(b"v", 0)),
        event,
    )
