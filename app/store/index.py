"""Which moments the full-text index has still to look at, and looking at them: off the hot path, in small steps.

Who writes mentions leaves a note of their moments in the same transaction: one short row for a hundred mentions. The
indexer reads notes and what is said in their moments now, without holding anybody up; then it writes that to the index
and strikes the notes out in one short transaction, unless another indexer wrote something meanwhile. So a kill loses
nothing; edits, deletions and late arrivals need no order among them; and no number is skipped that another writer
commits later, because there is no number to be at. A search looks at the index and at the moments noted, and therefore
sees exactly what the archive holds.
"""

import heapq
import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from secrets import randbits

from sqlalchemy import delete, func, insert, select, text, tuple_
from sqlalchemy.engine import Connection

from app.domain.moment import moments
from app.store.fulltext import EARLIEST, LATEST, fulltext
from app.store.lexemes import EVERY, Wanted, facet, lexemes
from app.store.rows import brands_of, intents_of
from app.store.schema import index_note, mention
from app.store.site import Site

NOTE = 125
"""Moments in one note."""

STEP = 500
"""Moments looked at in one step; a note is never split."""

CROWD = 1_000
"""Mentions of one moment that are told apart."""

NOTES = 50
"""Notes read at once."""

LOCK = 0x454D4249
"""On PostgreSQL only one indexer at a time works; this names its lock."""


@dataclass(frozen=True)
class Looked:
    """What was found in the moments of some notes, and whose turn it was then."""

    turn: int
    struck: list[int]
    changed: list[int]
    said: dict[int, frozenset[str]]


class Index:
    """The notes and the index of one database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._fulltext = fulltext(connection)
        self._site = Site(connection)

    def note(self, instants: Iterable[float], *, first: bool = False) -> None:
        """Remember that something changed in what was published at those instants.

        `first`: before all else, because something was taken away there that must not be found much longer.
        """
        self._note(moments(instants), anew=False, first=first)

    def note_everything(self) -> None:
        """Have everything looked at anew, the newest first, and after what changes meanwhile."""
        instants = self._connection.execute(select(mention.c.published_at).order_by(mention.c.published_at.desc()))
        for some in instants.partitions(20 * NOTE):
            self._note(moments(at for (at,) in some)[::-1], anew=True)

    def noted(self, since: int = EARLIEST, until: int = LATEST) -> Iterator[int]:
        """Yield the moments of [since, until) that the index may not know rightly yet, newest first, some again.

        Notes are read as far as they are needed: after a migration there are thousands.
        """
        column = index_note.c
        query = select(index_note).where(column.newest >= since, column.oldest < until)
        query = query.order_by(column.newest.desc(), column.id.desc()).limit(NOTES)
        held: list[int] = []
        last = (LATEST, 0)
        while notes := self._connection.execute(query.where(tuple_(column.newest, column.id) < last)).all():
            for note in notes:
                while held and -held[0] > note.newest:
                    yield -heapq.heappop(held)
                for at in _unpacked(note.moments):
                    if since <= at < until:
                        heapq.heappush(held, -at)
            last = (notes[-1].newest, notes[-1].id)
        while held:
            yield -heapq.heappop(held)

    def behind(self) -> int:
        """Return how many notes are waiting."""
        return int(self._connection.scalar(select(func.count()).select_from(index_note)) or 0)

    def look(self, most: int = STEP) -> Looked | None:
        """Read what is said now in the moments noted first, at most so many unless one note holds more; None: all done.

        Reading is enough for that: whoever changes one of those moments later leaves another note.
        """
        turn = self._site.turn()
        struck, changed = self._first_notes(most)
        if not struck:
            return None
        crowded = {at for at, words in self._fulltext.read(changed).items() if EVERY in words}
        return Looked(turn, struck, changed, self._said_in([at for at in changed if at not in crowded]))

    def enter(self, looked: Looked) -> set[str] | None:
        """Write down what was found and strike out its notes; return from which parts something was taken out.

        None, and nothing is done, if somebody else was quicker.
        """
        if not self._alone() or self._site.turn() != looked.turn:
            return None
        self._site.take_turn(looked.turn + 1)
        self._connection.execute(delete(index_note).where(index_note.c.id.in_(looked.struck)))
        before = self._fulltext.read(list(looked.said))
        fresh = {at: words for at, words in looked.said.items() if words != before.get(at, frozenset())}
        self._fulltext.write(fresh)
        return {self._fulltext.part_of(at) for at in fresh if before.get(at, frozenset()) - fresh[at]}

    def advance(self) -> int:
        """Do both in one transaction; return how many moments were looked at."""
        looked = self.look()
        return 0 if looked is None or self.enter(looked) is None else len(looked.changed)

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

    def _note(self, changed: Sequence[int], *, anew: bool, first: bool = False) -> None:
        ordered = iter(changed)
        rows: list[dict[str, object]] = []
        while some := list(islice(ordered, NOTE)):
            row = {"oldest": min(some), "newest": max(some), "anew": anew, "moments": array("q", some).tobytes()}
            rows.append(row | {"id": -1 - randbits(62)} if first else row)  # numbers begin at 1
        if rows:
            self._connection.execute(insert(index_note), rows)

    def _first_notes(self, most: int) -> tuple[list[int], list[int]]:
        struck: list[int] = []
        changed: set[int] = set()
        first = select(index_note).order_by(index_note.c.anew, index_note.c.id).limit(NOTES)
        for row in self._connection.execute(first).all():
            if struck and len(changed) + NOTE > most:
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
