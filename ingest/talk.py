"""Counting what was said in each hour, one hour after the other, so that topics know what is usual."""

from app.clock import Clock
from app.domain.repertoire import HOUR, REACH, talk
from app.store.engine import Store
from app.store.talk import Due

EVERY = 30.0
"""Seconds between two looks for hours that are to be counted."""


class TalkCounter:
    """One hour of one brand a step, each a read and a short write."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._due: list[Due] = []
        self._looked = self._cleared = float("-inf")

    def step(self) -> bool:
        """Count an hour that is due; False if there is nothing to do now."""
        if not self._due and not self._look():
            return False
        due = self._due.pop(0)
        with self._store.reading() as tx:
            said = tx.talk.said(due.brand, due.start, due.start + HOUR)
        with self._store.transaction() as tx:
            tx.talk.keep(due, talk(due.start, said))
        return True

    def _look(self) -> bool:
        if self._clock.monotonic() - self._looked < EVERY:
            return False
        self._looked = self._clock.monotonic()
        now = self._clock.now()
        with self._store.reading() as tx:
            self._due = tx.talk.due(now)
        if self._clock.monotonic() - self._cleared >= HOUR:
            self._cleared = self._clock.monotonic()
            with self._store.transaction() as tx:
                tx.talk.forget(now - REACH - HOUR)
        return bool(self._due)
