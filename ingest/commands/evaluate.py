"""`emberwatch evaluate`: how right the analyzers are, beside others on the same posts."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.commands.options import JsonOption
from ingest.commands.classify import ANALYZERS, LANGUAGES
from ingest.evaluation import footprint, samples
from ingest.evaluation.figures import Figures, evaluate, texts_of
from ingest.evaluation.table import tables
from ingest.evaluation.targets import TARGETS
from ingest.understanding import Understanding, build

WIDTH = 150
WEIGHED = 4_000
"""Texts that the memory is measured with."""


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="NDJSON files with `text` and `label`, or folders of them; else our own held-out texts."),
    ] = None,
    *,
    as_json: JsonOption = False,
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="Also have TextBlob and VADER read them.")] = True,
) -> None:
    """Say how right sentiment, intents and language are, with 95 % intervals, how fast, and what it weighs."""
    sets = samples.read(paths) if paths else samples.held_out()
    languages = tuple(dict.fromkeys((*LANGUAGES, *(one.language for one in sets if one.language))))
    understanding = Understanding(build(ANALYZERS, languages))
    screen = Console(stderr=True)
    for fault in understanding.faults:
        screen.print(fault, markup=False)
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*bar, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task("Reading …", total=len(sets) + 1)
        figures = evaluate(
            understanding, sets, lambda name: progress.update(task, description=name, advance=1), peers=peers
        )
        progress.update(task, description="Weighing …")
        memory = footprint.memory(list(ANALYZERS), texts_of(sets)[:WEIGHED])
    disk = footprint.disk()
    if as_json:
        typer.echo(msgspec.json.encode(_plain(figures, disk, memory)).decode())
        return
    console = Console(width=None if screen.is_terminal else WIDTH)
    for table in tables(figures, disk, memory):
        console.print(table)
        console.print()


def _plain(figures: Figures, disk: float, memory: footprint.Memory) -> dict[str, Any]:
    cost = {"rate": figures.rate, "disk": disk, "memory": memory.extra}
    found: dict[str, Any] = msgspec.to_builtins(figures)
    return found | {
        "cost": {name: {"value": value, "reached": TARGETS[name].reached(value)} for name, value in cost.items()},
        "memory": {"bare": memory.bare, "peak": memory.peak},
        "targets": {name: target._asdict() for name, target in TARGETS.items()},
    }
