"""Keeping the full-text index: a little at a time, so that nobody waits long for the store."""

from app.clock import Clock
from app.store.engine import Store
from app.store.index import STEP
from ingest.pace import Pace

CLEAN_EVERY = 10.0
"""Seconds between two times that parts are rid of what was deleted from them: well within a minute of the deletion."""


class Indexer:
    """Follows what is written; one step at a time, each a short transaction of its own."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._pace = Pace(STEP)
        self._cleaned = float("-inf")
        self._soiled: set[str] | None = None  # what was deleted just before we were killed may still lie in any part
        self._merging: list[str] = []
        self._wiped: set[str] = set()
        self._begun: str | None = None
        self._scrub = True

    def step(self) -> bool:
        """Index a little and clean up a little; False if there is nothing to do now."""
        indexed, cleaned = self._index(), self._clean()
        return indexed or cleaned

    def _index(self) -> bool:
        """Read what is said without holding anybody up, then write it down."""
        with self._store.reading() as tx:
            if self._soiled is None:
                self._soiled = set(tx.index.parts())
            looked = tx.index.look(self._pace.size)
        if looked is None:
            return False
        with self._store.transaction() as tx:
            began = self._clock.monotonic()
            soiled = tx.index.enter(looked)
        self._pace.learn(len(looked.changed), self._clock.monotonic() - began)
        if soiled is None:
            return False
        self._soiled |= soiled
        return True

    def _clean(self) -> bool:
        """Merge one part after the other; at the end what was wiped leaves the store's own log, too."""
        if not self._merging and not self._plan():
            return False
        part, first = self._merging[-1], self._begun != self._merging[-1]
        with self._store.transaction() as tx:
            more = tx.index.merge(part, first=first)
        self._begun = part
        if not more:
            self._merging.pop()
            self._begun = None
            self._scrub = True
            self._wiped.add(part)
        return True

    def _plan(self) -> bool:
        now = self._clock.monotonic()
        if now - self._cleaned < CLEAN_EVERY or not (self._soiled or self._scrub):
            return False
        self._cleaned = now
        self._merging, self._soiled = sorted(self._soiled or ()), set()
        if not self._merging:
            self._scrub = not self._store.scrub(self._wiped)
            self._wiped.clear()  # the store remembers them
            return False
        return True
