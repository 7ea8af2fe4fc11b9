"""A rule on one brand as a detector: judged once per full minute, ten seconds after it ended."""

from collections.abc import Iterable, Sequence
from math import isfinite

import msgspec

from alerts.rules.judge import bound, holds, value
from alerts.rules.ledger import HOUR, MINUTE, Ledger
from app.domain.condition import Condition, comparisons
from app.domain.condition_reading import parse
from app.domain.condition_sentence import sentence
from app.domain.episode import Episode, folded
from app.domain.incident import Severity, Signal
from app.domain.rule import Rule, quiet_at
from app.domain.tally import MinuteTally
from app.domain.threshold import SEVERITIES

LATENESS = 10.0
"""Seconds after its end at which a minute is judged; what comes later counts in the minutes judged after that."""
PREFIX = "rule:"
RECENT = 50
"""Episodes kept in memory."""


class RuleWatch:
    """Steps like a detector of ours, with the ledger that all rules of its brand share; pure and causal."""

    alone = True
    """The user's own word is enough for an alarm."""

    def __init__(self, rule: Rule, brand: str, zone: str, ledger: Ledger | None = None) -> None:
        self.rule = rule
        self.name = f"{PREFIX}{rule.id}"
        self._brand, self._zone = brand, zone
        self._condition: Condition = parse(rule.when)
        self._ledger = ledger or Ledger(brand, zone, [self._condition])
        self._judged = 0
        self._basis = 0.0
        self.episodes: list[Episode] = []
        """When its condition held since it is watched, whether it raised anything or not, the latest last."""
        self._signal = Signal(self.name, brand, 0.0, alarm=False, actual=0, expected=0, low=0, high=0, risk=0, window=0)

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Take in past minutes, oldest first, gaps meaning zero; raises no alarm."""
        minutes = list(history)
        if minutes:
            self._basis += minutes[-1].start + MINUTE - minutes[0].start
        self._ledger.learn(minutes)

    def step(self, at: float, recent: Sequence[MinuteTally]) -> Signal:
        """Judge the minutes that ended since the last step; between two of them the last word stands."""
        self._ledger.hear(at, recent)
        end = int(at - LATENESS) // MINUTE * MINUTE
        if end > self._judged:
            self._judge(end)
        alarm = self._signal.alarm and not quiet_at(self.rule, at, self._zone)
        return msgspec.structs.replace(self._signal, at=at, alarm=alarm)

    def told(self, _signal: Signal, language: str) -> str:
        """Return what it waited for as a sentence in German (`de`) or English (`en`)."""
        return f"{self.rule.name}: {sentence(self._condition, 'de' if language == 'de' else 'en')}"

    def _judge(self, end: int) -> None:
        columns = self._ledger.columns(end)
        truths = holds(self._condition, columns)
        since = max(self._judged, end - HOUR) if self._judged else end - MINUTE
        self._judged = end
        new = range(since + MINUTE, end + MINUTE, MINUTE)
        held = [minute for minute, so in zip(new, truths[-len(new) :], strict=False) if so]
        self.episodes = folded(held, self.episodes)[-RECENT:]
        first = next(comparisons(self._condition.root))
        actual, expected = (float(one[-1]) for one in (value(first.figure, columns), bound(first, columns)))
        self._signal = Signal(
            detector=self.name,
            brand=self._brand,
            at=float(end),
            alarm=bool(truths[-1]) and not self.rule.shadow,
            actual=actual if isfinite(actual) else 0.0,
            expected=expected if isfinite(expected) else 0.0,
            low=0.0,
            high=expected if isfinite(expected) else 0.0,
            risk=0.0,
            window=first.figure.window or MINUTE,
            basis=self._basis,
        )


class RuleSet:
    """All rules of one brand, or of one of its topics and campaigns (`brand/topic`)."""

    def __init__(self, rules: Iterable[Rule], scope: str, zone: str) -> None:
        self.stated = tuple(rules)
        self.reach = max((parse(rule.when).reach for rule in self.stated), default=0)
        """Seconds its conditions look back."""
        ledger = Ledger(scope, zone, [parse(rule.when) for rule in self.stated])
        self.watches = tuple(RuleWatch(rule, scope, zone, ledger) for rule in self.stated)

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Take in past minutes, oldest first, gaps meaning zero; raises no alarm."""
        minutes = list(history) if self.watches else []
        for watch in self.watches:
            watch.learn(minutes)

    def step(self, at: float, recent: Sequence[MinuteTally]) -> tuple[Signal, ...]:
        """Judge the instant `at` by every rule."""
        return tuple(watch.step(at, recent) for watch in self.watches)

    def severity(self, signals: Iterable[Signal]) -> Severity | None:
        """Return the heaviest severity of the rules that raise; None if none does."""
        found = [watch.rule.severity for watch in self._raising(signals)]
        return max(found, key=SEVERITIES.index, default=None)

    def begun(self, signals: Iterable[Signal], since: float) -> bool:
        """Tell whether a rule raises whose condition began to hold after an instant."""
        return any(watch.episodes and watch.episodes[-1].start > since for watch in self._raising(signals))

    def _raising(self, signals: Iterable[Signal]) -> list[RuleWatch]:
        raised = {signal.detector for signal in signals if signal.alarm}
        return [watch for watch in self.watches if watch.name in raised]


def of_scope(rules: Iterable[Rule], scope: str) -> tuple[Rule, ...]:
    """Return the rules that watch over a brand, or one of its parts (`brand/topic`); what is paused does not."""
    owner, _, part = scope.partition("/")
    return tuple(
        rule
        for rule in rules
        if not rule.paused and (not rule.brands or owner in rule.brands) and (rule.topic or "") == part
    )


def heavier(one: Severity | None, other: Severity | None) -> Severity | None:
    """Return the heavier of two severities; None is none at all."""
    return max((found for found in (one, other) if found is not None), key=SEVERITIES.index, default=None)
