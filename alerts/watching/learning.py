"""Learning: what was usual for brands, read from their past, many in one go and those people speak of first."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence

from anyio import to_thread

from alerts.detector import Scope
from alerts.rules.watch import RuleSet, of_scope
from alerts.watching.scopes import detectors, watched
from alerts.watching.watch import Watch
from app.domain.tally import MinuteTally, TallyDelta, minutes, split
from app.service import Context
from app.store.engine import Transaction

PAST = 21 * 86_400
"""Seconds of history a baseline is made from."""
RECENT = 3 * 3600
"""Seconds the bus knows better than the archive, which may be behind."""
DAY, HOUR = 86_400.0, 3600
PACK = 100
"""Brands learned in one go at most."""
BREATH = 0.5
"""Seconds after which what has been learned so far is handed over."""
ASKED = 500
"""Brands in one question to the archive."""


class Learning:
    """Makes a watch of each scope from its past: of brands, and of their topics and campaigns."""

    def __init__(self, context: Context, zone: str) -> None:
        self._context, self._zone = context, zone
        self._spoken: dict[str, int] = {}
        """Brand → mentions of the day before it was asked for."""
        self._counted: dict[str, int] = {}
        """Brand → mentions of its past when it was looked at last."""

    async def some(self, unknown: Sequence[str], held: Collection[str]) -> dict[str, Watch]:
        """Return watches of at least one brand: those held first, of these the ones most is said of."""
        now = self._context.clock.now()
        if strangers := [brand for brand in unknown if brand not in self._spoken]:
            self._spoken |= await to_thread.run_sync(self._counts, strangers, now - DAY, now)
        order = sorted(unknown, key=lambda scope: (scope.partition("/")[0] not in held, -self._spoken[scope]))[:PACK]
        tally = await self._context.bus.minutes(order, now - RECENT, now)
        return await to_thread.run_sync(self._learned, order, now, apart(tally))

    def forget(self, brands: Collection[str]) -> None:
        """Keep nothing of other brands than these."""
        self._spoken = {brand: count for brand, count in self._spoken.items() if brand in brands}
        self._counted = {brand: count for brand, count in self._counted.items() if brand in brands}

    def _learned(self, brands: Sequence[str], at: float, tallies: Mapping[str, TallyDelta]) -> dict[str, Watch]:
        until = time.monotonic() + BREATH
        watches: dict[str, Watch] = {}
        known = watched(self._context.config)
        with self._context.store.reading() as tx:
            spoken = tx.tallies.counts(brands, at - PAST, at)
            for brand in brands:
                tally = tallies.get(brand, {})
                watch = self._watch(brand, known[brand].kind if brand in known else "brand")
                past = _history(tx, brand, at, tally) if spoken[brand] else _minutes([], brand, tally)
                watch.learn(past, until=at)
                watch.take(tally)
                watches[brand] = watch
                if time.monotonic() > until:
                    break
        return watches

    def _watch(self, scope: str, kind: Scope) -> Watch:
        kinds = detectors(kind)
        made = Watch(scope, lambda: [one(scope, self._zone) for one in kinds], self._zone)
        made.rules = RuleSet(of_scope(self._context.config.rules, scope), scope, self._zone)
        return made

    async def again(self, watches: Iterable[Watch], at: float) -> set[str]:
        """Learn anew where the archive has a past by now that was not there; return of which scopes."""
        found = {watch.scope: watch for watch in watches}
        end = at // HOUR * HOUR - HOUR  # whole hours: else what is said now would look like a past that came
        counts = await to_thread.run_sync(self._counts, list(found), end - PAST, end)
        more = [brand for brand, count in counts.items() if count > self._counted.get(brand, 0)]
        self._counted |= counts
        return {brand for brand in more if await to_thread.run_sync(self._relearned, found[brand], at)}

    def _relearned(self, watch: Watch, at: float) -> bool:
        with self._context.store.reading() as tx:
            history = _history(tx, watch.scope, at, watch.tally)
        older = bool(history) and history[0].start < watch.oldest - HOUR
        if older:
            watch.learn(history, until=at)
        return older

    def _counts(self, brands: Sequence[str], start: float, end: float) -> dict[str, int]:
        found: dict[str, int] = {}
        with self._context.store.reading() as tx:
            for place in range(0, len(brands), ASKED):
                found |= tx.tallies.counts(brands[place : place + ASKED], start, end)
        return found


def apart(tally: TallyDelta) -> dict[str, TallyDelta]:
    """Return a tally by brand."""
    found: dict[str, TallyDelta] = {}
    for name, fields in tally.items():
        found.setdefault(split(name)[0], {})[name] = fields
    return found


def _history(tx: Transaction, brand: str, at: float, tally: TallyDelta) -> Sequence[MinuteTally]:
    """Return the past minutes of a brand: from the archive, the last hours from the bus where it has more."""
    return _minutes(tx.tallies.read(brand, at - PAST, at), brand, tally)


def _minutes(archived: Iterable[MinuteTally], brand: str, tally: TallyDelta) -> Sequence[MinuteTally]:
    found = {minute.start: minute for minute in archived}
    for start, minute in minutes(tally, brand).items():
        if start not in found or minute.count > found[start].count:
            found[start] = minute
    return [found[start] for start in sorted(found)]
