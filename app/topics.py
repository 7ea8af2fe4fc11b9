"""Use case of topics: what stands out in a window of a brand's archive, against its week and that of all brands."""

from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import NamedTuple

from app.clock import Clock
from app.domain.brand import Brand
from app.domain.repertoire import DAY, HOUR, REACH, Repertoire, Said, Talk, joined, repertoire, talk
from app.domain.topics import Topic, topics
from app.store.engine import Store

FRESH = 600.0
"""Seconds a baseline is remembered: an hour changes little in a week, and what was deleted is soon out of it."""
YOUNG = 900.0
"""Seconds of the window where no baseline is kept yet."""
EARLIER = 3
"""Hours before it that are the baseline then."""
BRANDS = 50
"""Brands from which the background is made."""


class Found(NamedTuple):
    """Topics of a window, strongest first, and the mentions that serve as examples, by key."""

    topics: tuple[Topic, ...] = ()
    examples: Mapping[str, Said] = {}
    enough: bool = False
    """Whether the baseline rests on enough to say what is unusual."""

    def without(self, keys: Collection[str]) -> "Found":
        """Return the same without the examples of those keys: what was deleted or changed is not shown."""
        return self._replace(examples={key: said for key, said in self.examples.items() if key not in keys})


class Topics:
    """Reads topics; remembers baselines for a while. Synchronous and safe in threads: never on the event loop."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._lock = Lock()
        self._usual: dict[tuple[str, int, float], tuple[float, Repertoire, list[Talk]]] = {}
        self._background: tuple[float, Repertoire] = (float("-inf"), Repertoire())

    def read(self, brand: Brand, since: float, until: float, baseline: float = REACH, limit: int = 20) -> Found:
        """Return the topics of [since, until) against the `baseline` seconds before; raise `StoreUnavailable`.

        Where next to nothing is known from before, the last quarter of an hour is held against the hours before it.
        """
        usual, hours = self._baseline(brand.id, since, baseline)
        if not usual.enough:
            since = max(since, until - YOUNG)
            usual, hours = self._before(brand.id, since), []
        with self._store.reading() as tx:
            said = tx.talk.said(brand.id, since, until)
        if not said:
            return Found(enough=usual.enough)
        own = (brand.id, brand.name, *brand.name.split(), *brand.accounts)
        found = topics(said, usual, self._everybody(), until - since, own, limit, hours)
        wanted = {one.example for one in found}
        return Found(tuple(found), {one.key: one for one in said if one.key in wanted}, usual.enough)

    def _baseline(self, brand: str, at: float, reach: float) -> tuple[Repertoire, list[Talk]]:
        """Return what was usually said before an instant, and the last day of it, as the archive has counted it."""

        def read() -> tuple[Repertoire, list[Talk]]:
            with self._store.reading() as tx:
                hours = tx.talk.read(brand, at - min(reach, REACH), at)
            return repertoire(hours, at), [one for one in hours if at - DAY <= one.start <= at - HOUR]

        return self._remembered((brand, int(at // FRESH), reach), read)

    def _before(self, brand: str, at: float) -> Repertoire:
        """Return what was said in the hours before an instant, counted now."""

        def read() -> tuple[Repertoire, list[Talk]]:
            starts = [int(at) - number * HOUR for number in range(EARLIER, 0, -1)]
            with self._store.reading() as tx:
                hours = [talk(start, tx.talk.said(brand, start, start + HOUR)) for start in starts]
            return repertoire([hour for hour in hours if hour.people], at), hours

        return self._remembered((brand, int(at // (FRESH / 5)), 0.0), read)[0]

    def _remembered(
        self, key: tuple[str, int, float], read: Callable[[], tuple[Repertoire, list[Talk]]]
    ) -> tuple[Repertoire, list[Talk]]:
        now = self._clock.monotonic()
        with self._lock:
            known = self._usual.get(key)
        if known is None or now - known[0] > FRESH:
            known = now, *read()
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
