"""A backtest as tables for a terminal: the trials side by side, then the alarms and the crises of each."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table

from app.domain.backtest import Backtest, Trial
from app.domain.condition_reading import parse
from app.domain.condition_sentence import sentence

MOST = 40
"""Alarms listed of each trial; --json has them all."""
MEANING = {"real": "a crisis", "noise": "noise", "unjudged": "not judged yet", "none": "nothing known"}


def tables(found: Backtest, zone: str) -> Iterator[Table]:
    """Yield what to print; instants are those of a time zone."""
    yield _summary(found, zone)
    for trial in found.trials:
        yield _alarms(trial, zone)
        if trial.crises:
            yield _crises(trial, zone)


def _summary(found: Backtest, zone: str) -> Table:
    table = Table(title=f"{found.brand}{f' / {found.topic}' if found.topic else ''}: {_when(found.start, zone)} to "
                        f"{_when(found.end, zone)}", show_lines=True)  # fmt: skip
    table.add_column("")
    for trial in found.trials:
        table.add_column(trial.name)
    rows = {
        "raises": lambda one: sentence(parse(one.when), "en") if one.when else "when our detectors say so",
        "alarms": lambda one: str(len(one.told)),
        "known crises found": lambda one: f"{one.found} of {len(one.crises)}",
        "median delay": lambda one: "-" if one.delay is None else f"{one.delay / 60:.0f} min",
        "false alarms in 30 days": lambda one: f"{one.monthly:.1f} (budget of {one.severity}: {one.budget:g})",
        "met incidents nobody judged": lambda one: str(one.unjudged),
        "only in quiet hours": lambda one: str(len(one.alarms) - len(one.told)),
        "judged": lambda one: f"{'the log, exactly' if one.way == 'log' else 'sums by minute'}, {one.seconds:.1f} s",
    }
    for name, cell in rows.items():
        table.add_row(name, *map(cell, found.trials))
    return table


def _alarms(trial: Trial, zone: str) -> Table:
    table = Table("alarm", "lasts", "met", title=f"{trial.name}: alarms")
    for one in trial.alarms[-MOST:]:
        met = MEANING[one.meaning] + (f" ({one.incident})" if one.incident else "") + (", quiet" if one.quiet else "")
        table.add_row(_when(one.start, zone), f"{(one.end - one.start) // 60} min", met)
    if len(trial.alarms) > MOST:
        table.caption = f"The latest {MOST} of {len(trial.alarms)}; --json has them all."
    return table


def _crises(trial: Trial, zone: str) -> Table:
    table = Table("known crisis", "since", "alarm", title=f"{trial.name}: known crises")
    for one in trial.crises:
        told = "missed" if one.delay is None else f"{one.delay / 60:+.0f} min"
        table.add_row(one.incident, _when(one.since, zone), told)
    return table


def _when(at: float, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
