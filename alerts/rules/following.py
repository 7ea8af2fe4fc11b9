"""Following: watches judge by the rules in force, and what came of each rule is kept."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from anyio import to_thread

from alerts.rules.watch import RuleSet, of_scope
from alerts.watching.hearing import stretches
from alerts.watching.watch import Watch
from app.domain.episode import Episode
from app.domain.rule import Rule
from app.service import Context

PAST = 21 * 86_400
"""Seconds of history a rule learns what is usual from."""
LATE = 120
"""Seconds a minute may still change before it is learned."""
SELDOM = 600.0
"""Seconds after which a record says anew up to when a rule was judged, though its condition did not hold."""


class Following:
    """Gives watches their rules as they change, without a restart, and notes when the conditions held."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._adopted: WeakKeyDictionary[Watch, tuple[Rule, ...]] = WeakKeyDictionary()
        """Watch → all the rules in force when it was looked at last."""
        self._noted: dict[tuple[str, str], tuple[Rule, list[Episode], float]] = {}

    async def adopt(self, watches: Iterable[Watch], at: float) -> None:
        """Have each watch judge by the rules in force; one that changes begins anew."""
        rules = self._context.config.rules
        for watch in [one for one in watches if self._adopted.get(one) is not rules]:
            self._adopted[watch] = rules
            wanted = of_scope(rules, watch.scope)
            if wanted != watch.rules.stated:
                watch.rules = await to_thread.run_sync(self._learned, wanted, watch.scope, at)

    async def note(self, watches: Iterable[Watch], at: float) -> None:
        """Keep when the conditions of rules held."""
        fresh: list[tuple[Rule, str, list[Episode]]] = []
        for watch in watches:
            for one in watch.rules.watches:
                key = (one.rule.id, watch.scope)
                known = self._noted.get(key)
                new = known is None or known[:2] != (one.rule, one.episodes)
                if known is None or new or not 0.0 <= at - known[2] < SELDOM:
                    self._noted[key] = one.rule, list(one.episodes), at
                    fresh.append((one.rule, watch.scope, list(one.episodes)))
        if fresh:
            await to_thread.run_sync(self._keep, fresh, at)

    def _learned(self, rules: tuple[Rule, ...], scope: str, at: float) -> RuleSet:
        made = RuleSet(rules, scope, self._context.config.site.zone)
        if rules:
            with self._context.store.reading() as tx:
                past = [one for one in tx.tallies.read(scope, at - PAST, at) if one.start < at - LATE]
            for stretch in stretches(past):
                made.learn(stretch)
        return made

    def _keep(self, fresh: list[tuple[Rule, str, list[Episode]]], at: float) -> None:
        with self._context.store.transaction() as tx:
            for rule, scope, episodes in fresh:
                tx.rules.note(rule, scope, at, episodes)
