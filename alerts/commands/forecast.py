"""`emberwatch forecast`: forecasts the storms of past series of counts and says how many of the intervals held."""

import csv
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from alerts import counts
from alerts.forecasting.library import SPAN, Numbers
from alerts.forecasting.replay import LEADS, replay
from alerts.forecasting.score import Held, Score, score
from app.commands.options import JsonOption
from app.domain.instant import rfc3339
from app.errors import WrongInput

COLUMNS = (
    "file", "at", "minutes_after_alarm", "refused", "peak_from", "peak_to", "low", "high", "peak_at", "peak",
    "peak_ahead", "time_held", "height_held",
)  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """What became of one file."""

    file: str
    forecasts: list[Held] = field(default_factory=list)
    refused: str = ""


def command(
    file: Annotated[Path, typer.Argument(metavar="IN", help="A CSV file of timestamp,value, or a folder of them.")],
    *,
    out: Annotated[Path | None, typer.Option("--out", help="A CSV file to write every forecast to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast past storms, each from what was there by then, and print what held; 0 done, 2 wrong input."""
    begun = time.monotonic()
    outcomes = []
    paths = _paths(file)
    with _bar() as bar:
        task = bar.add_task("forecasting", total=len(paths))
        for path in paths:
            outcomes.append(_judge(path))
            bar.advance(task)
    if out is not None:
        _write(out, outcomes)
    _tell(outcomes, time.monotonic() - begun, as_json=as_json)
    if any(one.refused for one in outcomes):
        raise typer.Exit(2)


def _paths(file: Path) -> list[Path]:
    if file.is_file():
        return [file]
    if not file.is_dir():
        raise WrongInput(f"{file}: there is no such file or folder.")
    found = sorted(path for path in file.iterdir() if path.suffix.lower() == ".csv" and path.is_file())
    if not found:
        raise WrongInput(f"{file}: holds no .csv file.")
    return found


def _judge(path: Path) -> Outcome:
    try:
        read = counts.read(path, ZoneInfo("UTC"))
        grid = counts.grid(read, counts.step_of(read))
        return Outcome(str(path), replay(_bins(path, grid), grid.starts[0]))
    except WrongInput as error:
        return Outcome(str(path), refused=str(error))


def _bins(path: Path, grid: counts.Grid) -> Numbers:
    """Return the mentions in bins of five minutes; where rows are missing nobody spoke."""
    if SPAN % grid.step:
        raise WrongInput(f"{path}: rows are {grid.step} s apart; forecasts take steps that divide 5 minutes.")
    starts = np.array(grid.starts, np.int64)
    places = (starts - starts[0]) // SPAN
    return np.bincount(places, weights=np.array(grid.counts, float)).astype(float)


def _bar() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _write(out: Path, outcomes: list[Outcome]) -> None:
    try:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows({"file": one.file, **_row(held)} for one in outcomes for held in one.forecasts)
    except OSError as error:
        raise WrongInput(f"--out {out}: cannot be written ({error.strerror}).") from error


def _row(one: Held) -> dict[str, Any]:
    said = one.said
    return {
        "at": rfc3339(said.at),
        "minutes_after_alarm": one.lead // 60,
        "refused": said.refused,
        "peak_from": None if said.peak_from is None else rfc3339(said.peak_from),
        "peak_to": None if said.peak_to is None else rfc3339(said.peak_to),
        "low": said.low,
        "high": said.high,
        "peak_at": rfc3339(one.came.at),
        "peak": round(one.came.height, 3),
        "peak_ahead": one.ahead,
        "time_held": one.time,
        "height_held": one.height,
    }


def _tell(outcomes: list[Outcome], seconds: float, *, as_json: bool) -> None:
    every = [held for one in outcomes for held in one.forecasts]
    if as_json:
        files = [
            {"file": one.file, "refused": one.refused, "forecasts": [_row(held) for held in one.forecasts]}
            for one in outcomes
        ]
        leads = [{"minutes_after_alarm": lead, **_figures(after)} for lead, after in _by_lead(every)]
        typer.echo(json.dumps({"files": files, **_figures(every), "leads": leads, "seconds": round(seconds, 3)}))
        return
    for one in outcomes:
        typer.echo(one.refused or f"{Path(one.file).name}: {_line(score(one.forecasts))}")
    if all(one.refused for one in outcomes):
        return
    for lead, after in _by_lead(every):
        typer.echo(f"{lead} min after the alarm: {_line(score(after))}")
    typer.echo(f"All, while the peak was to come: {_line(score(every))}")
    over = [one for one in every if one.said.refused == "past"]
    late = sum(not one.ahead for one in over)
    typer.echo(f"Said to be over: {len(over)} times, {late} of them rightly. {seconds:.1f} s.")


def _by_lead(every: Iterable[Held]) -> Iterator[tuple[int, list[Held]]]:
    some = list(every)
    for lead in LEADS:
        yield lead, [one for one in some if one.lead == lead * 60]


def _figures(some: Iterable[Held]) -> dict[str, Any]:
    return {
        name: round(value, 4) if isinstance(value, float) else value for name, value in score(some)._asdict().items()
    }


def _line(one: Score) -> str:
    if one.time is None or one.height is None or one.hours is None or one.times is None:
        return f"{one.made} forecasts, {one.refused} refused."
    return (
        f"{one.made} forecasts, {one.refused} refused; held the time {one.time:.0%}, the height {one.height:.0%}; "
        f"in the middle {one.hours:.1f} h long, high {one.times:.1f} times low."
    )
