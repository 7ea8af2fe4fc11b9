"""The archive of mentions: one row each, replaced by edits, emptied by deletions, found by key or author."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.domain.analysis import AnalysedMention
from app.domain.identity import Identity
from app.domain.mention import Deletion
from app.domain.tally import Contribution
from app.errors import Gone, NotFound
from app.store import rows
from app.store.incidents import Incidents
from app.store.index import Index
from app.store.page import Page
from app.store.partitions import Partitions
from app.store.rows import Values
from app.store.schema import mention, mention_brand
from app.store.search import MentionFilter, search
from app.store.shelf import shelf
from app.store.talk import TalkHours

MANY = 1_000_000
"""More mentions than anybody wants to have counted one by one."""

CHUNK = 500
"""Values named in one statement; SQLite takes 32,766 of them, older ones 999."""

KEPT_BY_TOMBSTONES = frozenset(
    {"key", "version", "revision", "channel", "published_at", "source", "demo", "brands", "label", "deleted_at"}
)
Entry = tuple[Deletion, int, Contribution | None]
"""A deletion, its version, and what counted before it."""


class Known(msgspec.Struct, frozen=True):
    """What the archive knows of a key; no contribution means: deleted."""

    version: int
    revision: int
    contribution: Contribution | None


class Archived(msgspec.Struct, frozen=True):
    """A living mention as the archive has it."""

    analysed: AnalysedMention
    version: int
    revision: int
    contribution: Contribution


class Mentions:
    """Writes and reads mentions within one transaction; `identity` names their authors."""

    def __init__(self, connection: Connection, identity: Identity, partitions: Partitions | None = None) -> None:
        self._connection = connection
        self._identity = identity
        self._shelf = shelf(connection, partitions)

    def upsert(self, batch: Sequence[tuple[AnalysedMention, int]]) -> int:
        """Keep mentions with their versions; return how many rows changed.

        The newest version of a key wins, in whatever order they come and however often; a tombstone stays one.
        """
        latest: dict[str, tuple[AnalysedMention, int]] = {}
        for analysed, version in batch:
            key = self._key(analysed.mention)
            if key not in latest or version > latest[key][1]:
                latest[key] = (analysed, version)
        new = {key: entry for key, entry in latest.items() if entry[1] == 1}
        added = self._add(new) if new else 0
        if added is None:
            return self._put(latest)
        if added:
            self._note(new, ())
        return added + self._put({key: entry for key, entry in latest.items() if entry[1] > 1})

    def wipe(self, batch: Sequence[Entry]) -> int:
        """Empty deleted mentions for ever; return how many are new tombstones.

        Text, author, url and native id go, also where replies and quotes name it and, with an author's last mention,
        where incidents name the author; key, channel, brands, time and label stay. A mention that never came gets its
        tombstone from `before`, else at the instant of its deletion.
        """
        gone = {self._key(deletion): (deletion, version, before) for deletion, version, before in batch}
        if not gone:
            return 0
        claimed = {key: before.at if before else deletion.deleted_at for key, (deletion, _, before) in gone.items()}
        present = {row.key: row for row in self._shelf.claim(claimed)}
        alive = [row for row in present.values() if row.deleted_at is None]
        stones = [rows.emptied(row, *gone[row.key]) for row in alive]
        missing = {key: entry for key, entry in gone.items() if key not in present}
        stones += [
            rows.tombstone(deletion, version, key, before) for key, (deletion, version, before) in missing.items()
        ]
        self._shelf.replace(alive, stones, [place for stone in stones for place in _places_of(stone)])
        self._forget_authors(alive)
        self._unlink([deletion for deletion, _, _ in gone.values()])
        Index(self._connection).note((row.published_at for row in alive), first=True)
        TalkHours(self._connection).soil(alive)
        return len(stones)

    def find(self, wanted: MentionFilter, cursor: str | None = None, limit: int = 50) -> Page[AnalysedMention]:
        """Return living mentions, newest first; see `app.store.search`."""
        return search(self._connection, wanted, cursor, limit)

    def known(self, keys: Iterable[str]) -> dict[str, Known]:
        """Return what is known of those keys; missing where nothing is."""
        return {
            row.key: Known(row.version, row.revision, None if row.body is None else rows.counted_of(row))
            for row in self._shelf.present(list(keys))
        }

    def get(self, key: str) -> Archived:
        """Return a living mention; raise `NotFound` if there is none of that key, `Gone` if it was deleted."""
        found = self._shelf.present([key])
        if not found:
            raise NotFound(f"There is no mention {key[:80]!r}; GET /api/v1/mentions lists them with their keys.")
        row = found[0]
        if row.body is None:
            raise Gone("This mention was deleted at its source; nothing of it is kept but its counts.")
        return Archived(rows.to_analysed(row), row.version, row.revision, rows.counted_of(row))

    def alive(self, keys: Sequence[str]) -> list[AnalysedMention]:
        """Return those mentions of these keys that are there and not deleted, in any order."""
        return [rows.to_analysed(row) for row in self._shelf.present(keys) if row.body is not None]

    def by_author(self, author_key: str) -> list[tuple[str, str, str]]:
        """Return channel, native id and key of every living mention of an author."""
        found = self._connection.execute(select(mention).where(mention.c.author_key == author_key))
        return [(row.channel, rows.native_id_of(row), row.key) for row in found]

    def count(self, brand: str | None = None) -> int:
        """Return how many rows there are, tombstones included; of one brand or of all."""
        table = mention_brand if brand else mention
        query = select(func.count()).select_from(table)
        if brand:
            query = query.where(mention_brand.c.brand == brand)
        return int(self._connection.scalar(query) or 0)

    def number_since(self, start: float | None) -> int:
        """Return how many mentions and tombstones were published at or after an instant; of many, `MANY`."""
        query = select(mention.c.published_at).limit(MANY)
        if start is not None:
            query = query.where(mention.c.published_at >= start)
        return int(self._connection.scalar(select(func.count()).select_from(query.subquery())) or 0)

    def _key(self, thing: Any) -> str:
        return thing.key or self._identity.key(thing.channel, thing.id)

    def _add(self, new: Mapping[str, tuple[AnalysedMention, int]]) -> int | None:
        instants = {key: analysed.mention.published_at for key, (analysed, _) in new.items()}
        places: list[Values] = []
        return self._shelf.add(instants, self._rows(new, places), places)

    def _rows(self, fresh: Mapping[str, tuple[AnalysedMention, int]], places: list[Values]) -> Iterator[Values]:
        """Yield the rows of `mention`, and add those of `mention_brand` to `places` on the way."""
        author_key, from_analysed = self._identity.author, rows.from_analysed
        for key, (analysed, version) in fresh.items():
            said = analysed.mention
            author, at = author_key(said.channel, said.author.id), said.published_at
            minute = int(at) // 60 * 60
            for brand in said.brands:
                places.append((brand, at, key, minute, author))  # noqa: PERF401 - nearly always one: no list for it
            yield from_analysed(analysed, version, key, author)

    def _put(self, latest: Mapping[str, tuple[AnalysedMention, int]]) -> int:
        """Keep what is newer than what is there; return how many."""
        if not latest:
            return 0
        instants = {key: analysed.mention.published_at for key, (analysed, _) in latest.items()}
        present = {row.key: row for row in self._shelf.claim(instants)}
        fresh = {
            key: (analysed, version)
            for key, (analysed, version) in latest.items()
            if key not in present or (present[key].deleted_at is None and version > present[key].version)
        }
        replaced = [present[key] for key in fresh if key in present]
        places: list[Values] = []
        self._shelf.replace(replaced, list(self._rows(fresh, places)), places)
        self._note(fresh, replaced)
        TalkHours(self._connection).soil(replaced)
        return len(fresh)

    def _note(self, fresh: Mapping[str, tuple[AnalysedMention, int]], replaced: Sequence[Any]) -> None:
        index = Index(self._connection)
        index.note(analysed.mention.published_at for analysed, _ in fresh.values())
        index.note((row.published_at for row in replaced), first=True)

    def _forget_authors(self, emptied: Sequence[Any]) -> None:
        """Take authors who have no mention left out of the incidents they led."""
        authors = {row.author_key: rows.names_of(row) for row in emptied}
        left = select(mention.c.author_key).where(mention.c.author_key.in_(list(authors))).distinct()
        gone = authors.keys() - set(self._connection.scalars(left))
        names = set().union(*(authors[key] for key in gone))
        brands = {brand for row in emptied for brand in rows.brands_of(row.brands)}
        if gone and brands:
            Incidents(self._connection).forget(brands, names, gone)

    def _unlink(self, gone: Sequence[Deletion]) -> None:
        """Take the ids of deleted mentions out of those that reply to them or quote them."""
        named = {(deletion.channel, rows.clean(deletion.id)) for deletion in gone}
        ids = sorted({native_id for _, native_id in named})
        for column in (mention.c.in_reply_to, mention.c.quotes):
            for start in range(0, len(ids), CHUNK):
                query = select(mention.c.key, mention.c.published_at, mention.c.channel, column.label("named"))
                found = self._connection.execute(query.where(column.in_(ids[start : start + CHUNK]))).all()
                for row in sorted(found):
                    if (row.channel, row.named) in named:
                        this = (mention.c.key == row.key) & (mention.c.published_at == row.published_at)
                        self._connection.execute(mention.update().where(this).values({column.name: None}))


def _places_of(stone: Values) -> list[Values]:
    key, at, brands = (stone[rows.COLUMNS.index(name)] for name in ("key", "published_at", "brands"))
    return rows.places(key, at, rows.brands_of(brands), None)
