"""The minutes of brands, as the detectors read them: only what may have changed, without authors and terms."""

from collections.abc import Sequence

from app.bus import keys
from app.bus.connection import Connection, guarded
from app.domain.tally import SPAN, TallyDelta, bucket

TOGETHER = 100
"""Buckets in one round trip: more would keep Redis from everybody else."""


class Minutes:
    """What the alerts service reads."""

    _connection: Connection

    @guarded
    async def watermark(self) -> float:
        """Return up to which instant every partition is analysed, by its latest heartbeat; 0 before the first."""
        client, marks = self._connection.client, list[float]()
        for partition in range(self._connection.partitions):
            marks.append(float(await client.get(f"{keys.prefix(partition)}watermark") or 0))
        return min(marks, default=0.0)

    @guarded
    async def minutes(self, brands: Sequence[str], since: float, until: float) -> TallyDelta:
        """Return the buckets of minutes that reach from one instant to another; one without mentions is empty."""
        starts = range(int(since) // SPAN["m"] * SPAN["m"], int(until) + 1, SPAN["m"])
        tally: TallyDelta = {bucket(brand, "m", start): {} for brand in brands for start in starts}
        names = list(tally)
        for partition in range(self._connection.partitions):
            for place in range(0, len(names), TOGETHER):
                asked = names[place : place + TOGETHER]
                async with self._connection.client.pipeline(transaction=False) as pipe:
                    for name in asked:
                        pipe.hgetall(f"{keys.prefix(partition)}t:{name}")
                    found = await pipe.execute()
                for name, fields in zip(asked, found, strict=True):
                    into = tally[name]
                    for field, number in fields.items():
                        measure = field.decode()
                        into[measure] = into.get(measure, 0) + int(number)
        return tally
