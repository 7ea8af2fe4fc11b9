"""`emberwatch detect`: judges series of counts in CSV files, each row from itself and those before it."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from alerts import counts
from alerts.detection.budget import Alarms
from alerts.detection.series import Series
from app.commands.options import JsonOption
from app.errors import WrongInput

SHOWN = 5
"""Mistakes of a kind that are printed of a file; --json has them all."""
KINDS = {"bad": "bad rows", "gaps": "gaps", "doubles": "rows that come again or late"}


@dataclass(slots=True)
class Outcome:
    """What became of one file."""

    file: str
    rows: int = 0
    step: int = 0
    alarms: int = 0
    bad: list[counts.Mistake] = field(default_factory=list)
    gaps: list[counts.Mistake] = field(default_factory=list)
    doubles: list[counts.Mistake] = field(default_factory=list)
    refused: str = ""


def command(
    file: Annotated[Path, typer.Argument(metavar="IN", help="A CSV file of timestamp,value, or a folder of them.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="The CSV file, or for a folder the folder, to write.")],
    budget: Annotated[float, typer.Option(min=0.01, max=1000, help="False alarms per file in 30 days.")] = 1.0,
    step: Annotated[str | None, typer.Option(help="Time between rows: 300, 30s, 5m, 1h; found out without it.")] = None,
    zone: Annotated[str, typer.Option(help="Zone of moments without one, and of the hours of the week.")] = "UTC",
    as_json: JsonOption = False,
) -> None:
    """Judge series of counts: every row gets expected, risk, alarm; 0 done, 1 failed, 2 wrong input or bad rows."""
    judging = Judging(_zone(zone), _step(step), budget)
    pairs = _pairs(file, out)
    begun = time.monotonic()
    outcomes = []
    with _bar() as bar:
        task = bar.add_task("judging", total=len(pairs))
        for source, target in pairs:
            outcomes.append(judging.judge(source, target))
            bar.advance(task)
    _tell(outcomes, time.monotonic() - begun, as_json=as_json)
    if any(one.refused or one.bad for one in outcomes):
        raise typer.Exit(2)


@dataclass(frozen=True, slots=True)
class Judging:
    """How files are judged."""

    zone: ZoneInfo
    step: int | None
    budget: float

    def judge(self, source: Path, target: Path) -> Outcome:
        """Judge one file into another; a file that is no series of counts is refused with a sentence."""
        try:
            return self._judge(source, target)
        except WrongInput as error:
            return Outcome(str(source), refused=str(error))

    def _judge(self, source: Path, target: Path) -> Outcome:
        read = counts.read(source, self.zone)
        if not read.rows:
            raise WrongInput(f"{source}: has no rows below its first line.")
        grid = counts.grid(read, self.step or counts.step_of(read))
        verdicts, alarms = self._verdicts(grid)
        counts.write(target, read, verdicts)
        return Outcome(str(source), len(read.rows), grid.step, alarms, read.bad, grid.gaps, grid.doubles)

    def _verdicts(self, grid: counts.Grid) -> tuple[list[tuple[str, str, str]], int]:
        """Return what is written behind each row: a row that came again has its bin's risk, none that is bad."""
        starts = np.array(grid.starts, np.int64)
        judged = Series(grid.step, self.zone.key).judge(starts, np.array(grid.counts, float))
        alarms = Alarms(self.budget)
        risks = judged.risk.tolist()
        raised = list(map(alarms.raised, grid.starts, risks, judged.often.tolist()))
        figures = [(f"{usual:.3f}", f"{risk:.4f}") for usual, risk in zip(judged.expected.tolist(), risks, strict=True)]
        nothing = ("", "0.0000")
        verdicts = [
            (*(figures[place] if place >= 0 else nothing), "1" if first and raised[place] else "0")
            for place, first in zip(grid.place, grid.first, strict=True)
        ]
        return verdicts, sum(raised)


def _pairs(file: Path, out: Path) -> list[tuple[Path, Path]]:
    if not file.exists():
        raise WrongInput(f"{file}: there is no such file or folder.")
    if out.resolve() == file.resolve():
        raise WrongInput(f"--out {out}: is what is read; write somewhere else.")
    if file.is_file():
        if out.is_dir():
            raise WrongInput(f"--out {out}: is a folder; name the file to write, such as {out / file.name}.")
        return [(file, out)]
    if out.is_file():
        raise WrongInput(f"--out {out}: is a file; name a folder, because {file} is one.")
    found = sorted(path for path in file.iterdir() if path.suffix.lower() == ".csv" and path.is_file())
    if not found:
        raise WrongInput(f"{file}: holds no .csv file.")
    return [(path, out / path.name) for path in found]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise WrongInput(f"--zone: there is no time zone {name!r}; write one such as Europe/Berlin.") from None


def _step(said: str | None) -> int | None:
    if said is None:
        return None
    unit = {"s": 1, "m": 60, "h": 3600}.get(said[-1:].lower(), 0)
    number = said[:-1] if unit else said
    if not number.isdecimal():
        raise WrongInput(f"--step {said}: write seconds such as 300, or 30s, 5m, 1h.")
    return counts.checked(int(number) * (unit or 1), "--step")


def _bar() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _tell(outcomes: list[Outcome], seconds: float, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"files": [_plain(one) for one in outcomes], "seconds": round(seconds, 3)}))
        return
    for line in _lines(outcomes):
        typer.echo(line)
    rows, alarms = sum(one.rows for one in outcomes), sum(one.alarms for one in outcomes)
    judged = sum(not one.refused for one in outcomes)
    typer.echo(f"{judged} of {len(outcomes)} files judged: {rows} rows, {alarms} alarms, {seconds:.1f} s.")


def _lines(outcomes: list[Outcome]) -> Iterator[str]:
    for one in outcomes:
        if one.refused:
            yield one.refused
        for kind, what in KINDS.items():
            mistakes = getattr(one, kind)
            for mistake in mistakes[:SHOWN]:
                yield f"{one.file}:{mistake.line}: {mistake.sentence}."
            if len(mistakes) > SHOWN:
                yield f"{one.file}: {len(mistakes) - SHOWN} more {what}; --json lists them all."


def _plain(one: Outcome) -> dict[str, Any]:
    said = {kind: [{"line": it.line, "what": it.sentence} for it in getattr(one, kind)] for kind in KINDS}
    return {"file": one.file, "rows": one.rows, "step": one.step, "alarms": one.alarms, "refused": one.refused, **said}
