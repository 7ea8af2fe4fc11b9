"""Which moments the full-text index has still to look at, and looking at them: off the hot path, in small steps.

Who writes mentions leaves a note of their moments in the same transaction: one short row for hundreds of mentions. The
indexer takes notes, reads what is said in those moments now, writes that to the index and strikes the notes out, all in
one transaction. So a kill loses nothing; edits, deletions and late arrivals need no order among them; and no number is
skipped that another writer commits later, because there is no number to be at. A search looks at the index and at the
moments noted, and therefore sees exactly what the archive holds.
"""

import json
from array import array
from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.engine import Connection

from app.domain.moment import moments
from app.store.fulltext import fulltext
from app.store.lexemes import EVERY, Wanted, facet, lexemes
from app.store.rows import brands_of, intents_of
from app.store.schema import index_note, mention

NOTE = 250
"""Moments in one note."""

STEP = 500
"""Moments looked at in one step, some 30 ms; a note is never split."""

CROWD = 1_000
"""Mentions of one moment that are told apart."""

NOTES = 50
"""Notes read at once."""

LOCK = 0x454D4249
"""On PostgreSQL only one indexer at a time works; this names its lock."""


class Index:
    """The notes and the index of one database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._fulltext = fulltext(connection)

    def note(self, instants: Iterable[float]) -> None:
        """Remember that something changed in what was published at those instants."""
        changed = iter(moments(instants))
        rows = []
        while some := list(islice(changed, NOTE)):
            rows.append({"moments": array("q", some).tobytes()})
        if rows:
            self._connection.execute(insert(index_note), rows)

    def note_everything(self) -> None:
        """Have everything looked at anew, the newest first."""
        instants = self._connection.execute(select(mention.c.published_at).order_by(mention.c.published_at.desc()))
        while some := [at for (at,) in islice(instants, NOTE)]:
            self.note(some)

    def noted(self) -> set[int]:
        """Return the moments that the index may not know rightly yet."""
        found: set[int] = set()
        for packed in self._connection.scalars(select(index_note.c.moments)):
            found.update(_unpacked(packed))
        return found

    def behind(self) -> int:
        """Return how many notes are waiting."""
        return int(self._connection.scalar(select(func.count()).select_from(index_note)) or 0)

    def advance(self) -> tuple[int, set[str]]:
        """Look at the moments noted first; return how many, and from which parts something was taken out."""
        if not self._alone():
            return 0, set()
        struck, changed = self._first_notes()
        if not struck:
            return 0, set()
        before = self._fulltext.read(changed)
        now = self._said_in([at for at in changed if EVERY not in before.get(at, ())])
        fresh = {at: now[at] for at in now if now[at] != before.get(at, frozenset())}
        self._fulltext.write(fresh)
        self._connection.execute(delete(index_note).where(index_note.c.id.in_(struck)))
        return len(changed), {self._fulltext.part_of(at) for at in fresh if before.get(at, frozenset()) - fresh[at]}

    def find(self, wish: Wanted, since: int, until: int, limit: int) -> list[int]:
        """Return at most `limit` moments of [since, until) that the index names, newest first."""
        return self._fulltext.find(wish, since, until, limit)

    def parts(self) -> list[str]:
        """Return the parts of the index that can be merged."""
        return self._fulltext.parts()

    def merge(self, part: str, *, first: bool) -> bool:
        """Merge a little, so that what was taken out is really gone; tell whether there is more to do."""
        return self._fulltext.merge(part, first=first)

    def prune(self) -> int:
        """Drop parts with nothing in them; return how many."""
        return self._fulltext.prune()

    def _alone(self) -> bool:
        if self._connection.dialect.name != "postgresql":
            return True  # writers take turns
        return bool(self._connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}))

    def _first_notes(self) -> tuple[list[int], list[int]]:
        struck: list[int] = []
        changed: set[int] = set()
        for row in self._connection.execute(select(index_note).order_by(index_note.c.id).limit(NOTES)).all():
            if len(changed) + NOTE > STEP:
                break
            struck.append(row.id)
            changed.update(_unpacked(row.moments))
        return struck, sorted(changed)

    def _said_in(self, changed: Sequence[int]) -> dict[int, frozenset[str]]:
        found: dict[int, set[str]] = {at: set() for at in changed}
        crowds: dict[int, int] = dict.fromkeys(changed, 0)
        postgres = self._connection.dialect.name == "postgresql"
        given = {"moments": list(changed) if postgres else json.dumps(changed)}
        for row in self._connection.execute(text(_SAID_ON_POSTGRESQL if postgres else _SAID), given):
            crowds[row.moment] += 1
            if crowds[row.moment] > CROWD:
                found[row.moment] = {EVERY}
                continue
            found[row.moment] |= lexemes(row.text) | {facet("channel", row.channel), facet("label", row.label)}
            found[row.moment].update(facet("brand", brand) for brand in brands_of(row.brands))
            found[row.moment].update(facet("intent", intent.label) for intent in intents_of(row.intents))
        return {at: frozenset(words) for at, words in found.items()}


_SAID = (
    "SELECT j.value AS moment, m.text, m.brands, m.channel, m.label, m.intents "
    "FROM json_each(:moments) AS j CROSS JOIN mention AS m "
    "WHERE m.published_at >= j.value / 1000.0 AND m.published_at < (j.value + 1) / 1000.0 "
    "AND m.deleted_at IS NULL AND m.brands <> '[]'"
)
_SAID_ON_POSTGRESQL = (
    "SELECT j.value AS moment, m.* FROM unnest(CAST(:moments AS bigint[])) AS j(value) CROSS JOIN LATERAL ("
    "SELECT text, brands, channel, label, intents FROM mention "
    "WHERE published_at >= j.value / CAST(1000 AS double precision) "
    "AND published_at < (j.value + 1) / CAST(1000 AS double precision) "
    "AND deleted_at IS NULL AND brands <> '[]' OFFSET 0) AS m"
)
"""LATERAL and OFFSET 0: from the moments to the mentions; left to itself it would look at every mention."""


def _unpacked(packed: bytes) -> list[int]:
    found = array("q")
    found.frombytes(packed)
    return found.tolist()
