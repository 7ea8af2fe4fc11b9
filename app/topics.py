"""Use case of topics: what stands out in a window of a brand's archive, against its week and that of all brands."""

from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

from app.clock import Clock
from app.domain.brand import Brand
from app.domain.repertoire import DAY, HOUR, REACH, Repertoire, Said, Talk, joined, repertoire
from app.domain.topics import Topic, topics
from app.store.engine import Store

FRESH = 600.0
"""Seconds a baseline is remembered: an hour changes little in a week, and what was deleted is soon out of it."""
BRANDS = 50
"""Brands from which the background is made."""


class Found(NamedTuple):
    """Topics of a window, strongest first, and the mentions that serve as examples, by key."""

    topics: tuple[Topic, ...] = ()
    examples: Mapping[str, Said] = {}
    basis: float = 0.0
    """Hours the baseline rests on."""


class Topics:
    """Reads topics; remembers baselines for a while. Synchronous and safe in threads: never on the event loop."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._lock = Lock()
        self._usual: dict[tuple[str, int, float], tuple[float, Repertoire, list[Talk]]] = {}
        self._background: tuple[float, Repertoire] = (float("-inf"), Repertoire())

    def read(self, brand: Brand, since: float, until: float, baseline: float = REACH, limit: int = 20) -> Found:
        """Return the topics of [since, until) against the `baseline` seconds before; raise `StoreUnavailable`."""
        with self._store.reading() as tx:
            said = tx.talk.said(brand.id, since, until)
        if not said:
            return Found()
        usual, hours = self._baseline(brand.id, since, baseline)
        own = (brand.id, brand.name, *brand.name.split(), *brand.accounts)
        found = topics(said, usual, self._everybody(), until - since, own, limit, hours)
        wanted = {one.example for one in found}
        return Found(tuple(found), {one.key: one for one in said if one.key in wanted}, usual.hours)

    def _baseline(self, brand: str, at: float, reach: float) -> tuple[Repertoire, list[Talk]]:
        key, now = (brand, int(at // FRESH), reach), self._clock.monotonic()
        with self._lock:
            known = self._usual.get(key)
        if known is None or now - known[0] > FRESH:
            with self._store.reading() as tx:
                hours = tx.talk.read(brand, at - min(reach, REACH), at)
            known = now, repertoire(hours, at), hours[-int(DAY / HOUR) :]
            with self._lock:
                self._usual = {one: kept for one, kept in self._usual.items() if now - kept[0] <= FRESH}
                self._usual[key] = known
        return known[1:]

    def _everybody(self) -> Repertoire:
        """Return what all brands are talked about for, from their last day."""
        with self._lock:
            made, background = self._background
        if self._clock.monotonic() - made > HOUR:
            now = self._clock.now()
            with self._store.reading() as tx:
                brands = [brand for brand, _ in zip(tx.talk.brands(), range(BRANDS), strict=False)]
                parts = [repertoire(tx.talk.read(brand, now - DAY, now), now) for brand in brands]
            background = joined(parts)
            with self._lock:
                self._background = self._clock.monotonic(), background
        return background
