"""The way in for what persons say of a mention: as its next version, if it is still the one they have seen."""

from typing import Literal, get_args

from app.bus import keys
from app.bus.codec import EVENT
from app.bus.connection import Connection, guarded
from app.domain.correction import Correction

Taken = Literal["accepted", "moved", "deleted", "unknown"]
"""What becomes of a correction: accepted; another version is under way or counted; deleted; not remembered."""


class Correcting:
    """Appending corrections."""

    _connection: Connection

    @guarded
    async def correct(self, correction: Correction, version: int) -> Taken:
        """Append a correction made of the mention's `version`, durably, unless the bus knows better."""
        partition = keys.of_key(correction.key, self._connection.partitions)
        stream = keys.stream(partition, keys.MENTIONS)
        arguments = [keys.prefix(partition), correction.key, version, EVENT.encode(correction)]
        said: int = await self._connection.scripts.correct([stream], arguments, confirmed=True)
        return get_args(Taken)[said]  # type: ignore[no-any-return] # the script answers 0 to 3
