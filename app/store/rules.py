"""When the conditions of rules held on each brand, whether they raised anything or were in shadow."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.domain.episode import Episode, joined
from app.domain.rule import Rule
from app.store.alerting import rule as kept
from app.store.statements import replacing, write

MOST = 200
"""Episodes kept of each rule and brand."""


class RuleRecord(msgspec.Struct, frozen=True):
    """What came of one rule on one scope (a brand, or `brand/topic`), since its condition reads as it does."""

    rule: str
    scope: str
    when: str
    since: float
    judged_at: float
    episodes: tuple[Episode, ...] = ()
    """The latest, oldest first."""
    times: int = 0
    """How many episodes there were."""


class Rules:
    """Puts and lists records of rules."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, rule: Rule, scope: str, at: float, episodes: Sequence[Episode]) -> RuleRecord:
        """Keep what a service has seen since it watches, up to the instant `at`; what was kept before stays.

        Another condition begins anew.
        """
        name = f"{rule.id}@{scope}"
        before = self._one(name)
        if before is None or before.when != rule.when:
            before = RuleRecord(rule.id, scope, rule.when, at, at)
        more = joined(before.episodes, episodes)
        times = before.times + len(more) - len(before.episodes)
        found = RuleRecord(rule.id, scope, rule.when, before.since, at, tuple(more[-MOST:]), times)
        document = msgspec.json.encode(found).decode()
        write(self._connection, replacing(self._connection.dialect, kept), [(name, scope, document)])
        return found

    def of(self, rule: str) -> list[RuleRecord]:
        """Return the records of a rule, one per scope it watches or watched over, by scope."""
        rows = self._connection.execute(
            select(kept.c.document).where(kept.c.id.startswith(f"{rule}@", autoescape=True)).order_by(kept.c.id)
        )
        return [msgspec.json.decode(row.document, type=RuleRecord) for row in rows]

    def forget(self, rule: str) -> None:
        """Keep nothing of a rule that is gone."""
        self._connection.execute(kept.delete().where(kept.c.id.startswith(f"{rule}@", autoescape=True)))

    def _one(self, name: str) -> RuleRecord | None:
        found = self._connection.scalar(select(kept.c.document).where(kept.c.id == name))
        return None if found is None else msgspec.json.decode(found, type=RuleRecord)
