"""What the bus remembers of a mention key: one string, its fields parted by tabs (scripts/state.lua says which)."""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from app.bus import keys
from app.bus.connection import Connection
from app.domain.mention import Mention

AT_ONCE = 500
"""Keys asked for in one command: a longer one would keep Redis from everybody else."""


class Remembered(msgspec.Struct, frozen=True, gc=False):
    """What is remembered of a mention key."""

    brands: tuple[str, ...]
    dead: bool
    """Deleted, or its archived tombstone is known."""
    entries: tuple[str, ...]
    """Entries of `mentions:{p}` that may still be there, in order."""
    counted: str
    """The version that stands in the tallies; empty: none."""
    contribution: bytes


async def remembered(connection: Connection, mention_keys: Sequence[str]) -> dict[str, Remembered]:
    """Return what is remembered of mention keys, in one command for many; missing where nothing is."""
    shares: dict[int, list[str]] = {}
    for key in mention_keys:
        shares.setdefault(keys.of_key(key, connection.partitions), []).append(key)
    asked: list[str] = []
    async with connection.client.pipeline(transaction=False) as pipe:
        for partition, share in shares.items():
            for start in range(0, len(share), AT_ONCE):
                some = share[start : start + AT_ONCE]
                pipe.mget([keys.remembered(partition, key) for key in some])
                asked += some
        said = await pipe.execute() if asked else []
    texts = [text for answer in said for text in answer]
    return {key: _parsed(text) for key, text in zip(asked, texts, strict=True) if text is not None}


def told(mention: Mention) -> str:
    """Return what is to be remembered of a new mention, up to its entry; one without brands would be version 0."""
    version = 1 if mention.brands else 0
    return f"{version}\t{mention.revision}\t{digest(mention)}\t{','.join(mention.brands)}\t\t"


def digest(mention: Mention) -> str:
    """Return 16 hex digits that change when what was said changes: text, rating and kind."""
    said = f"{mention.text}\0{mention.rating}\0{mention.kind}".encode()
    return blake2b(said, digest_size=8).hexdigest()


def _parsed(text: bytes) -> Remembered:
    _, _, _, brands, dead, entries, counted, _, _, contribution = text.split(b"\t", 9)
    return Remembered(
        tuple(brands.decode().split(",")) if brands else (),
        bool(dead),
        tuple(entries.decode().split()),
        counted.decode(),
        contribution,
    )
