"""Rules as the API takes and tells them."""

from typing import Any

from pydantic import AwareDatetime

from app.domain.incident import Severity
from app.domain.instant import rfc3339
from app.domain.rule import Rule
from app.service import Context
from app.store.rules import RuleRecord
from dashboard.api.shape import Shape
from dashboard.ruling import over_file, said, saved


class RuleBody(Shape):
    """A rule without its id, with the keys of config.yaml; null brands: all."""

    name: str
    when: str
    brands: list[str] | None = None
    topic: str | None = None
    severity: Severity = "warning"
    tell: tuple[str, ...] = ()
    quiet: str = ""
    shadow: bool = False
    paused: bool = False


class NewRule(RuleBody):
    """A rule that is not in force yet; without an id it gets one made from its name."""

    id: str | None = None


class Condition(Shape):
    """A condition to be read."""

    when: str


class Checked(Shape):
    """A condition as it reads: printed plainly and as a sentence by language, or what is wrong with it and where."""

    ok: bool
    when: str | None
    sentence: dict[str, str] | None
    problem: dict[str, str] | None
    position: int | None


class Span(Shape):
    """One time a condition held: its first and last full minute."""

    start: AwareDatetime
    end: AwareDatetime


class Record(Shape):
    """What came of a rule on a brand, or `brand/topic`, since its condition reads as it does."""

    scope: str
    since: AwareDatetime
    judged_at: AwareDatetime
    times: int
    latest: list[Span]


class ShownRule(Shape):
    """A rule in force; `saved`: on screen or by the API, `over_file`: config.yaml states it otherwise."""

    id: str
    name: str
    when: str
    sentence: dict[str, str]
    brands: list[str] | None
    topic: str | None
    severity: Severity
    tell: list[str]
    quiet: str
    shadow: bool
    paused: bool
    saved: bool
    over_file: bool
    records: list[Record]


LATEST = 20


def shown(context: Context, rule: Rule, kept: list[RuleRecord]) -> dict[str, Any]:
    """Return a rule as the API tells it, the latest episodes last."""
    return {
        "id": rule.id,
        "name": rule.name,
        "when": rule.when,
        "sentence": said(rule.when),
        "brands": list(rule.brands) or None,
        "topic": rule.topic,
        "severity": rule.severity,
        "tell": list(rule.tell),
        "quiet": rule.quiet,
        "shadow": rule.shadow,
        "paused": rule.paused,
        "saved": saved(context, rule),
        "over_file": over_file(context, rule),
        "records": [_record(one) for one in kept if one.when == rule.when],
    }


def _record(one: RuleRecord) -> dict[str, Any]:
    latest = [{"start": rfc3339(each.start), "end": rfc3339(each.end)} for each in one.episodes[-LATEST:]]
    return {
        "scope": one.scope,
        "since": rfc3339(one.since),
        "judged_at": rfc3339(one.judged_at),
        "times": one.times,
        "latest": latest,
    }
