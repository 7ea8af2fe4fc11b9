"""`emberwatch backtest`: what a rule, or our detectors, would have raised on the past."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from alerts.backtest.progress import Watch
from alerts.backtest.run import backtest
from alerts.backtest.table import tables
from app import config as configuration
from app.budgets import budget_of
from app.clock import SystemClock
from app.commands.options import DATA, ConfigOption, DataOption, JsonOption
from app.config import Config
from app.config.merged import merged
from app.config.nearest import nearest
from app.domain.backtest import LONGEST, Backtest, Job
from app.domain.condition_reading import parse
from app.domain.incident import Severity
from app.domain.rule import Rule
from app.errors import NotFound, WrongInput
from app.installation import open_archive
from app.store.engine import Store

MINUTE, DAY = 60, 86_400
SPAN = 30 * DAY
WIDTH = 120
STDIN = "-"


def command(
    rules: Annotated[
        list[str] | None, typer.Argument(help="Ids of rules, or conditions; - reads a job as JSON.")
    ] = None,
    *,
    brand: Annotated[str | None, typer.Option(help="The brand; the only one without it.")] = None,
    topic: Annotated[str | None, typer.Option(help="One of its topics or campaigns.")] = None,
    begin: Annotated[str | None, typer.Option("--from", help="First day or instant; 30 days before --to.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day or instant; now without it.")] = None,
    against: Annotated[str | None, typer.Option(help="Another rule or condition to show beside.")] = None,
    severity: Annotated[Severity, typer.Option(help="Of conditions: which budget counts.")] = "warning",
    detectors: Annotated[bool, typer.Option("--detectors", help="Judge our own detectors, too.")] = False,
    exact: Annotated[
        bool | None, typer.Option("--exact/--sums", help="Replay the log, or judge sums; the log up to three days.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Show what rules would have raised: alarms, known crises found and missed, delay, false alarms and the budget."""
    clock = SystemClock()
    with closing(open_archive(data, clock)) as store:
        if rules == [STDIN]:
            typer.echo(msgspec.json.encode(backtest(store, _handed(), _told())).decode())
            return
        known = _in_force(store, configuration.load(config))
        stated = [*(rules or ()), *([against] if against else ())]
        if not stated and not detectors:
            raise WrongInput("Name a rule, or write a condition such as 'mentions(15m) > 50', or say --detectors.")
        first, last = period(begin, end, known.site.zone, clock.now())
        job = Job(
            scope=_scope(known, brand, topic),
            start=first,
            end=last,
            zone=known.site.zone,
            budget=_budget(store, known, brand or known.brands[0].id),
            rules=tuple(rule_of(one, known, severity) for one in dict.fromkeys(stated)),
            exact=exact,
            detectors=detectors,
        )
        with _shown() as watch:
            found = backtest(store, job, watch)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    _print(found, known.site.zone)


def _handed() -> Job:
    try:
        return msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    except msgspec.DecodeError as error:
        raise WrongInput(f"The job on stdin is none: {error}") from None


def rule_of(stated: str, config: Config, severity: Severity = "warning") -> Rule:
    """Return a rule by its id, or made of a condition; raise `NotFound`, `QueryError`."""
    rule = next((one for one in config.rules if one.id == stated), None)
    if rule is not None:
        return rule
    if not set(stated) & set("()<>"):
        names = [one.id for one in config.rules]
        raise NotFound(
            f"There is no rule {stated!r}.{nearest(stated, names)} A condition looks like: mentions(15m) > 50"
        )
    return Rule(stated, stated, str(parse(stated)), severity=severity)


def period(begin: str | None, end: str | None, zone: str, now: float) -> tuple[int, int]:
    """Return the whole minutes asked for; a last day is whole. Raises `WrongInput` for what is none."""
    last = min(_moment(end, zone, days=1) if end else now, now) // MINUTE * MINUTE
    first = (_moment(begin, zone) if begin else last - SPAN) // MINUTE * MINUTE
    if first >= last:
        raise WrongInput("--from has to be before --to, and not in the future.")
    if last - first > LONGEST:
        raise WrongInput(f"A backtest covers at most {LONGEST // DAY} days; name a later --from.")
    return int(first), int(last)


def _moment(written: str, zone: str, days: int = 0) -> float:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise WrongInput(f"{written!r} is no time; write a day such as 2026-11-21, or 2026-11-21T18:00.") from None
    whole = days * DAY if len(written) == len("2026-11-21") else 0
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).timestamp() + whole


def _scope(config: Config, brand: str | None, topic: str | None) -> str:
    ids = [one.id for one in config.brands]
    if brand is None and len(ids) == 1:
        brand = ids[0]
    if brand not in ids:
        said = "Say which brand with --brand" if brand is None else f"There is no brand {brand!r}"
        raise WrongInput(f"{said}; choose of: {', '.join(ids)}.")
    parts = [*(one.id for one in config.topics), *(one.id for one in config.campaigns)]
    if topic is not None and topic not in parts:
        raise WrongInput(f"There is no topic or campaign {topic!r}; choose of: {', '.join(parts) or 'none'}.")
    return f"{brand}/{topic}" if topic else brand


def _budget(store: Store, config: Config, brand: str) -> dict[Severity, float]:
    with store.reading() as tx:
        return budget_of(config, brand, tx.thresholds.wanted().get(brand))


def _in_force(store: Store, file: Config) -> Config:
    with store.reading() as tx:
        return merged(file, tx.saved.all()).config


def _told() -> Watch:
    """Return a watch that writes one line a per cent, for who started this process."""
    last = -1

    def watch(share: float) -> None:
        nonlocal last
        if int(share * 100) > last:
            last = int(share * 100)
            sys.stderr.write(f"{last}\n")
            sys.stderr.flush()

    return watch


@contextmanager
def _shown() -> Iterator[Watch]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("judging", total=1.0)
        yield lambda share: progress.update(bar, completed=share)


def _print(found: Backtest, zone: str) -> None:
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    for table in tables(found, zone):
        console.print(table)
