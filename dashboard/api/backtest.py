"""`/api/v1/backtest`: rules judged on the past, before they may raise anything."""

from typing import Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Request
from pydantic import AwareDatetime

from app.budgets import Budgets
from app.config.entry import stated
from app.domain.actor import authorise
from app.domain.backtest import LONGEST, Job, Trial
from app.domain.brand import scope
from app.domain.condition_reading import parse
from app.domain.incident import Severity
from app.domain.instant import rfc3339
from app.domain.rule import Rule
from app.errors import WrongInput
from app.service import Context
from dashboard.api.query import brand_of
from dashboard.api.shape import Shape, answering
from dashboard.api.watchlist import actor_of
from dashboard.backtests import Backtests, Run
from dashboard.ruling import rule_of

MINUTE, DAY = 60, 86_400
RULES = 5
"""Rules judged side by side at most."""


class Asked(Shape):
    """A backtest: rules by id, conditions as written, or both; `end` is now without it, `start` 30 days before.

    `exact` replays the log of counts; without it that is done up to three days. `detectors` judges ours, too.
    """

    brand: str
    topic: str | None = None
    rules: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    severity: Severity = "warning"
    quiet: str = ""
    detectors: bool = False
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    exact: bool | None = None


class Alarm(Shape):
    """One alarm; `meaning` says what it met: an incident that was real, noise or unjudged, or none."""

    start: AwareDatetime
    end: AwareDatetime
    meaning: Literal["real", "noise", "unjudged", "none"]
    incident: str | None
    quiet: bool


class Known(Shape):
    """A known crisis; `alarm` is null if it was missed, `delay` in seconds from its onset."""

    incident: str
    since: AwareDatetime
    alarm: AwareDatetime | None
    delay: float | None


class Tried(Shape):
    """One rule, or our detectors (`when` is empty), on the time asked for; `false` and `budget` in thirty days."""

    name: str
    when: str
    severity: Severity
    way: Literal["sums", "log"]
    alarms: list[Alarm]
    crises: list[Known]
    found: int
    unjudged: int
    delay: float | None
    false: float
    budget: float
    seconds: float


class Step(Shape):
    """Mentions from `start` on for `step` seconds; `low` and `high` hold eight of ten such hours of the week."""

    start: AwareDatetime
    count: int
    low: float | None
    high: float | None


class Tests(Shape):
    """A backtest; `trials` and `chart` are empty until it is done, `progress` is 0 to 1."""

    id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    progress: float
    problem: str | None
    brand: str
    topic: str | None
    start: AwareDatetime
    end: AwareDatetime
    step: int | None
    trials: list[Tried]
    chart: list[Step]


def router(context: Context) -> APIRouter:
    """Return the routes of backtests."""
    routes, runs = APIRouter(prefix="/api/v1/backtest", tags=["rules"]), Backtests(context)

    @routes.post("", status_code=202, **answering(Tests, status=202))
    async def begin(body: Asked, request: Request) -> dict[str, Any]:
        """Begin a backtest; ask for what came of it with its id."""
        authorise(actor_of(request), "backtest.run", body.brand)
        return told(runs.start(await to_thread.run_sync(job_of, context, body)))

    @routes.get("/{name}", **answering(Tests))
    async def follow(name: str) -> dict[str, Any]:
        """Return how far a backtest is, and what came of it."""
        return told(runs.get(name))

    @routes.delete("/{name}", **answering(Tests))
    async def cancel(name: str, request: Request) -> dict[str, Any]:
        """Stop a backtest; one that is over stays as it is."""
        authorise(actor_of(request), "backtest.run")
        return told(await runs.cancel(name))

    return routes


def job_of(context: Context, asked: Asked) -> Job:
    """Return the job that was asked for; raise `WrongInput`, `QueryError`, `NotFound`. Blocks."""
    config = context.config
    brand_of(config, asked.brand)
    parts = [*(one.id for one in config.topics), *(one.id for one in config.campaigns)]
    if asked.topic is not None and asked.topic not in parts:
        choices = ", ".join(parts) or "none"
        raise WrongInput(f"There is no topic or campaign {asked.topic[:80]!r}; choose of: {choices}.")
    rules = [rule_of(context, name) for name in asked.rules]
    for number, when in enumerate(asked.conditions, 1):
        given = {"name": when[:60], "when": when, "severity": asked.severity, "quiet": asked.quiet}
        made = stated("rules", {"id": f"draft-{number}", **given}, config.site.zone)
        assert isinstance(made, Rule)  # noqa: S101 - it was stated as one
        rules.append(Rule(made.id, made.name, str(parse(when)), severity=made.severity, quiet=made.quiet))
    if not rules and not asked.detectors:
        raise WrongInput("Name `rules`, write `conditions` such as mentions(15m) > 50, or ask for `detectors`.")
    if len(rules) > RULES:
        raise WrongInput(f"At most {RULES} rules are judged side by side.")
    now = context.clock.now()
    end = int(min(asked.end.timestamp() if asked.end else now, now)) // MINUTE * MINUTE
    start = int(asked.start.timestamp() if asked.start else end - 30 * DAY) // MINUTE * MINUTE
    if not 0 < end - start <= LONGEST:
        raise WrongInput(f"`start` has to be before `end`, at most {LONGEST // DAY} days.")
    budget = Budgets(context.store, context.clock).of(config, asked.brand).budget
    name = scope(asked.brand, asked.topic) if asked.topic else asked.brand
    return Job(name, start, end, config.site.zone, budget, tuple(rules), asked.exact, asked.detectors)


def told(run: Run) -> dict[str, Any]:
    """Return a backtest as the API tells it."""
    brand, _, part = run.job.scope.partition("/")
    result = run.result
    return {
        "id": run.id,
        "state": run.state,
        "progress": run.progress,
        "problem": run.problem,
        "brand": brand,
        "topic": part or None,
        "start": rfc3339(run.job.start),
        "end": rfc3339(run.job.end),
        "step": result.step if result else None,
        "trials": [_tried(one) for one in result.trials] if result else [],
        "chart": [
            {"start": rfc3339(one.start), "count": one.count, "low": one.low, "high": one.high} for one in result.chart
        ]
        if result
        else [],
    }


def _tried(one: Trial) -> dict[str, Any]:
    alarms = [
        {
            "start": rfc3339(each.start),
            "end": rfc3339(each.end),
            "meaning": each.meaning,
            "incident": each.incident,
            "quiet": each.quiet,
        }
        for each in one.alarms
    ]
    crises = [
        {
            "incident": each.incident,
            "since": rfc3339(each.since),
            "alarm": None if each.alarm is None else rfc3339(each.alarm),
            "delay": each.delay,
        }
        for each in one.crises
    ]
    figures = ("name", "when", "severity", "way", "found", "unjudged", "delay", "budget", "seconds")
    return {**{name: getattr(one, name) for name in figures}, "false": one.monthly, "alarms": alarms, "crises": crises}
