"""The archive of mentions: one row each, replaced by edits, emptied by deletions, found by key or author."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.domain.analysis import AnalysedMention
from app.domain.identity import Identity
from app.domain.mention import Deletion
from app.domain.tally import Contribution, contribution
from app.store import rows
from app.store.incidents import Incidents
from app.store.index import Index
from app.store.page import Page
from app.store.schema import mention, mention_brand
from app.store.search import MentionFilter, search
from app.store.statements import deleting, replacing, write

CHUNK = 500
"""Keys named in one statement; SQLite takes 32,766 values, older ones 999."""

KEPT_BY_TOMBSTONES = frozenset(
    {"key", "version", "revision", "channel", "published_at", "source", "demo", "brands", "label", "deleted_at"}
)


class Known(msgspec.Struct, frozen=True):
    """What the archive knows of a key; no contribution means: deleted."""

    version: int
    revision: int
    contribution: Contribution | None


class Mentions:
    """Writes and reads mentions within one transaction; `identity` names their authors."""

    def __init__(self, connection: Connection, identity: Identity) -> None:
        self._connection = connection
        self._identity = identity

    def upsert(self, batch: Sequence[tuple[AnalysedMention, int]]) -> int:
        """Keep mentions with their versions; return how many rows changed.

        The newest version of a key wins, in whatever order they come and however often; a tombstone stays one.
        """
        latest: dict[str, tuple[AnalysedMention, int]] = {}
        for analysed, version in batch:
            key = self._key(analysed.mention)
            if key not in latest or version > latest[key][1]:
                latest[key] = (analysed, version)
        present = {row.key: row for row in self._present(list(latest))}
        fresh = {
            key: (analysed, version)
            for key, (analysed, version) in latest.items()
            if key not in present or (present[key].deleted_at is None and version > present[key].version)
        }
        replaced = [present[key] for key in fresh if key in present]
        self._replace(fresh, replaced)
        told = [analysed.mention.published_at for analysed, _ in fresh.values()]
        Index(self._connection).note([*told, *(row.published_at for row in replaced)])
        return len(fresh)

    def wipe(self, batch: Sequence[tuple[Deletion, int, Contribution | None]]) -> int:
        """Empty deleted mentions for ever; return how many are new tombstones.

        Text, author, url and native id go, also where replies and quotes name it and, with an author's last mention,
        where incidents name the author; key, channel, brands, time and label stay. A mention that never came gets its
        tombstone from `before`, else at the instant of its deletion.
        """
        gone = {self._key(deletion): (deletion, version, before) for deletion, version, before in batch}
        present = {row.key: row for row in self._present(list(gone))}
        alive = [row for row in present.values() if row.deleted_at is None]
        self._empty(gone, alive)
        Index(self._connection).note(row.published_at for row in alive)
        for deletion, _, _ in gone.values():
            self._unlink(deletion)
        missing = {key: entry for key, entry in gone.items() if key not in present}
        dialect = self._connection.dialect
        stones = [rows.tombstone(*entry[:2], key, entry[2]) for key, entry in missing.items()]
        write(self._connection, replacing(dialect, mention, newer=True), stones)
        places = [
            (brand, before.at, key, _minute(before.at), None)
            for key, (_, _, before) in missing.items()
            if before
            for brand in before.brands
        ]
        write(self._connection, replacing(dialect, mention_brand, newer=False), places)
        return len(gone) - sum(row.deleted_at is not None for row in present.values())

    def find(self, wanted: MentionFilter, cursor: str | None = None, limit: int = 50) -> Page[AnalysedMention]:
        """Return living mentions, newest first; see `app.store.search`."""
        return search(self._connection, wanted, cursor, limit)

    def known(self, keys: Iterable[str]) -> dict[str, Known]:
        """Return what is known of those keys; missing where nothing is."""
        return {
            row.key: Known(row.version, row.revision, row.contribution and rows.counted_of(row.contribution))
            for row in self._present(list(keys))
        }

    def by_author(self, author_key: str) -> list[tuple[str, str, str]]:
        """Return channel, native id and key of every living mention of an author."""
        query = select(mention.c.channel, mention.c.native_id, mention.c.key)
        found = self._connection.execute(query.where(mention.c.author_key == author_key))
        return [(row.channel, row.native_id, row.key) for row in found]

    def count(self, brand: str | None = None) -> int:
        """Return how many rows there are, tombstones included; of one brand or of all."""
        table = mention_brand if brand else mention
        query = select(func.count()).select_from(table)
        if brand:
            query = query.where(mention_brand.c.brand == brand)
        return int(self._connection.scalar(query) or 0)

    def _key(self, thing: Any) -> str:
        return thing.key or self._identity.key(thing.channel, thing.id)

    def _present(self, keys: Sequence[str]) -> Iterator[Any]:
        column = mention.c
        wanted = select(
            column.key,
            column.version,
            column.revision,
            column.deleted_at,
            column.published_at,
            column.brands,
            column.contribution,
            column.author_key,
            column.author,
        )
        for start in range(0, len(keys), CHUNK):
            yield from self._connection.execute(wanted.where(column.key.in_(keys[start : start + CHUNK])))

    def _replace(self, fresh: dict[str, tuple[AnalysedMention, int]], replaced: Sequence[Any]) -> None:
        dialect = self._connection.dialect
        written: list[tuple[Any, ...]] = []
        places: list[tuple[Any, ...]] = []
        for key, (analysed, version) in fresh.items():
            said = analysed.mention
            author = self._identity.author(said.channel, said.author.id)
            written.append(rows.from_analysed(analysed, version, key, contribution(analysed, author)))
            at = said.published_at
            places.extend((brand, at, key, _minute(at), author) for brand in said.brands)
        left = [(brand, row.published_at, row.key) for row in replaced for brand in rows.brands_of(row.brands)]
        write(self._connection, deleting(dialect, mention_brand), left)
        write(self._connection, replacing(dialect, mention, newer=True), written)
        write(self._connection, replacing(dialect, mention_brand, newer=False), places)

    def _empty(self, gone: dict[str, tuple[Deletion, int, Contribution | None]], alive: Sequence[Any]) -> None:
        nothing = {column.name: None for column in mention.c if column.name not in KEPT_BY_TOMBSTONES}
        left: list[tuple[Any, ...]] = []
        places: list[tuple[Any, ...]] = []
        for row in alive:
            deletion, version, before = gone[row.key]
            stone = nothing | {"deleted_at": deletion.deleted_at, "version": max(version, row.version)}
            brands, at = rows.brands_of(row.brands), row.published_at
            left.extend((brand, at, row.key) for brand in brands)
            if before and version > row.version + 1:  # the deletion overtook an edit: what it replaced is what counts
                brands, at = before.brands, before.at
                stone |= rows.counted_columns(before)
            places.extend((brand, at, row.key, _minute(at), None) for brand in brands)
            self._connection.execute(mention.update().where(mention.c.key == row.key).values(stone))
        dialect = self._connection.dialect
        write(self._connection, deleting(dialect, mention_brand), left)
        write(self._connection, replacing(dialect, mention_brand, newer=False), places)
        self._forget_authors(alive)

    def _forget_authors(self, emptied: Sequence[Any]) -> None:
        """Take authors who have no mention left out of the incidents they led."""
        authors = {row.author_key: rows.names_of(row.author) for row in emptied}
        left = select(mention.c.author_key).where(mention.c.author_key.in_(list(authors))).distinct()
        names = set().union(*(authors[key] for key in authors.keys() - set(self._connection.scalars(left))))
        brands = {brand for row in emptied for brand in rows.brands_of(row.brands)}
        if names and brands:
            Incidents(self._connection).forget(brands, names)

    def _unlink(self, deletion: Deletion) -> None:
        for column in (mention.c.in_reply_to, mention.c.quotes):
            naming = (column == deletion.id, mention.c.channel == deletion.channel)
            self._connection.execute(mention.update().where(*naming).values({column.name: None}))


def _minute(at: float) -> int:
    return int(at) // 60 * 60
