"""The names of everything the bus keeps in Redis."""

from collections.abc import Iterable, Sequence
from zlib import crc32

from app.domain.mention import Deletion, Mention
from app.domain.tally import KEEP, SPAN, split

DAY = 86_400
AUTHOR_KEPT = 26 * 3600
"""Seconds an author's profile is kept at least after it was last seen."""
MENTIONS, ANALYSED, DEAD = "mentions", "analysed", "dead"
DEAD_KEPT = 10_000
"""Dead letters that may wait in a partition."""
GROUPS = {MENTIONS: ("analysis",), ANALYSED: ("archive",)}
"""Stream → its consumer groups."""
RETIRED = {MENTIONS: (), ANALYSED: ("alerts",)}
"""Groups of earlier versions: nobody reads them, and what they have not read could never be trimmed."""
PARTITIONS = "ew:partitions"
"""Holds over how many partitions everything is spread."""


def prefix(partition: int) -> str:
    """Return what every key of a partition starts with; the braces keep them on one node of a cluster."""
    return f"ew:{{p{partition}}}:"


def beside(key: str, name: str) -> str:
    """Return a key that lies where another lies whose hash tag stands in braces; without one, where itself lies."""
    start, end = key.find("{"), key.find("}")
    return f"ew:{key[start : end + 1]}:{name}" if start >= 0 else key


def stream(partition: int, name: str) -> str:
    """Return the key of a stream."""
    return f"{prefix(partition)}{name}"


def live(partition: int) -> str:
    """Return the pub/sub channel of a partition's deltas."""
    return f"{prefix(partition)}live"


def shelf(at: float) -> int:
    """Return the number of the shelf on which authors seen at an instant are kept."""
    return int(at // AUTHOR_KEPT)


def remembered(partition: int, key: str) -> str:
    """Return where a mention key is remembered."""
    return f"{prefix(partition)}id:{key}"


def expiry(bucket: str) -> int:
    """Return the instant at which a bucket leaves the bus."""
    _, grain, start = split(bucket)
    return start + SPAN[grain] + KEEP[grain]


def bucket_names(brands: Sequence[str], since: float, until: float, grains: Iterable[str] = tuple(SPAN)) -> list[str]:
    """Return the names of all buckets of `brands` that may hold something between two instants."""
    return [
        f"{brand}:{grain}:{start}" for brand in brands for grain in grains for start in _starts(grain, since, until)
    ]


def _starts(grain: str, since: float, until: float) -> range:
    span = SPAN[grain]
    return range(int(max(since, until - KEEP[grain])) // span * span, int(until) + 1, span)


def partitioned(events: Sequence[Mention | Deletion], count: int) -> dict[int, list[Mention | Deletion]]:
    """Return the events by partition, in order."""
    if count == 1:
        return {0: list(events)}
    shares: dict[int, list[Mention | Deletion]] = {}
    for event in events:
        shares.setdefault(of_key(event.key, count), []).append(event)
    return shares


def of_key(key: str, count: int) -> int:
    """Return the partition a mention key belongs to, 0 up to `count`."""
    return crc32(key.encode()) % count
