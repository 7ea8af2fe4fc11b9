"""Calibrating: what the budget of a brand comes to by its own past, once a day and when somebody sets another."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from anyio import to_thread

from alerts.calibration.record import MOST, Record, Span, bar, bars
from alerts.calibration.tryout import TIMES, Tryout, prices
from alerts.watching.watch import Watch
from app.budgets import budget_of
from app.domain.incident import Incident, Severity
from app.domain.threshold import SEVERITIES, Threshold, Wanted
from app.service import Context
from app.store.engine import Transaction

DAY, HOUR, MINUTE = 86_400.0, 3600.0, 60.0
TOGETHER = 3
"""Brands calibrated at one look: nobody waits for it."""
OWN = 0.7
"""Part of a brand's budget for the brand as a whole, where it has topics or campaigns; these share the rest."""
PACK = 100
"""Records kept in one transaction."""
VERDICTS = 100
"""Incidents of a brand whose verdicts are looked at, the latest."""
DOCUMENT = msgspec.json.Decoder(Record)


class Calibrating:
    """Sets the bars of watches by budgets, records and verdicts, and keeps what it found with its price."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wanted: dict[str, Wanted] = {}
        self._done: dict[str, float] = {}
        """Scope → when its bars were worked out last."""
        self._looked = self._kept = float("-inf")

    async def begin(self, watches: Iterable[Watch]) -> None:
        """Set the bars of new watches by what is kept; none is judged without."""
        new = list(watches)
        await to_thread.run_sync(self._begin, new)

    async def look(self, watches: Mapping[str, Watch], held: Iterable[str], at: float) -> None:
        """Calibrate a few of those whose bars are a day old or whose budget is another by now; once a minute."""
        if 0.0 <= at - self._looked < MINUTE:
            return
        self._looked = at
        await to_thread.run_sync(self._read_wanted)
        self._done = {scope: done for scope, done in self._done.items() if scope in watches}
        due = sorted((self._done.get(scope, 0.0), scope) for scope in held if scope in watches)
        some = [watches[scope] for done, scope in due if at - done >= DAY][:TOGETHER]
        if some:
            await to_thread.run_sync(self._calibrate, some, at)
        if not 0.0 <= at - self._kept < HOUR:
            self._kept = at
            await to_thread.run_sync(self._keep, [watches[scope] for scope in held if scope in watches], at)

    def _keep(self, watches: Sequence[Watch], at: float) -> None:
        """Keep records, so that a restart knows what was said every ten seconds."""
        documents = [(watch.scope, msgspec.json.encode(watch.record).decode()) for watch in watches]
        for start in range(0, len(documents), PACK):
            with self._context.store.transaction() as tx:
                for scope, document in documents[start : start + PACK]:
                    tx.thresholds.keep_record(scope, at, document)

    def _read_wanted(self) -> None:
        with self._context.store.reading() as tx:
            wanted = tx.thresholds.wanted()
        changed = {brand for brand, one in wanted.items() if self._wanted.get(brand) != one}
        self._wanted = wanted
        self._done = {scope: done for scope, done in self._done.items() if scope.partition("/")[0] not in changed}

    def _begin(self, watches: Sequence[Watch]) -> None:
        with self._context.store.reading() as tx:
            self._wanted = tx.thresholds.wanted()
            records = tx.thresholds.records([watch.scope for watch in watches])
            spans = {brand: _spans(tx, brand) for brand in {watch.brand for watch in watches}}
        for watch in watches:
            if watch.scope in records:
                watch.record.adopt(DOCUMENT.decode(records[watch.scope]))
            watch.bars = bars(self._budget(watch), watch.record, *spans[watch.brand])

    def _calibrate(self, watches: Sequence[Watch], at: float) -> None:
        """Work bars out and keep them, with the price for brands as a whole."""
        with self._context.store.reading() as tx:
            spans = {watch.scope: _spans(tx, watch.brand) for watch in watches}
        found = []
        for watch in watches:
            budget = self._budget(watch)
            watch.bars = bars(budget, watch.record, *spans[watch.scope])
            self._done[watch.scope] = at
            if watch.topic is None:
                found += _thresholds(watch, budget, spans[watch.scope], at)
        with self._context.store.transaction() as tx:
            for threshold in found:
                tx.thresholds.put(threshold)

    def _budget(self, watch: Watch) -> dict[Severity, float]:
        config = self._context.config
        stated = budget_of(config, watch.brand, self._wanted.get(watch.brand))
        parts = sum(not one.brands or watch.brand in one.brands for one in config.topics)
        parts += sum(one.brand == watch.brand for one in config.campaigns)
        share = 1.0 if not parts else OWN if watch.topic is None else (1.0 - OWN) / parts
        return {severity: share * number for severity, number in stated.items()}


def _spans(tx: Transaction, brand: str) -> tuple[list[Span], list[Span]]:
    """Return when incidents of a brand were that were said to be real, and those said to be noise."""
    found = tx.incidents.find(brand=brand, limit=VERDICTS).items
    return _said(found, "real"), _said(found, "noise")


def _said(incidents: Iterable[Incident], verdict: str) -> list[Span]:
    return [
        (one.since or one.opened_at, one.resolved_at or one.updated_at) for one in incidents if one.verdict == verdict
    ]


def _thresholds(
    watch: Watch, budget: Mapping[Severity, float], spans: tuple[list[Span], list[Span]], at: float
) -> list[Threshold]:
    episodes = watch.record.episodes(*spans)
    courses = Tryout(watch.scope, watch.detectors, watch.volume, MOST).courses(at, watch.risk)
    found = []
    for severity in SEVERITIES:
        asked = {
            times * budget[severity]: bar(times * budget[severity], episodes, watch.record.days) for times in TIMES
        }
        asked[budget[severity]] = needed = watch.bars[severity]
        found.append(
            Threshold(
                watch.brand,
                severity,
                at,
                budget[severity],
                needed,
                watch.record.days,
                sum(risk >= needed for risk in episodes),
                prices(asked, courses),
            )
        )
    return found
