"""`emberwatch backup` and `emberwatch restore`: everything into one file, and back."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app import backup
from app.clock import SystemClock
from app.commands.options import DATA, DataOption, JsonOption
from app.domain.actor import LOOPBACK
from app.installation import bus_url, open_archive
from app.premises import occupied

File = Annotated[Path, typer.Argument(help="The backup, such as emberwatch-2026-11-21.zip.")]


def make(file: File, *, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """Write everything this installation keeps into one file, while it runs."""
    clock = SystemClock()
    with closing(open_archive(data, clock)) as store, _shown() as watch:
        manifest = backup.back_up(store, bus_url(data), file, LOOPBACK, clock, watch)
    size = file.stat().st_size
    if as_json:
        typer.echo(msgspec.json.encode({"file": str(file), "bytes": size, "manifest": manifest}).decode())
        return
    typer.echo(f"{file}: {manifest.rows['mention']} mentions, {size / 1e6:.1f} MB, as of {manifest.made_at}.")
    typer.echo(f"Whoever writes to the archive was held back for {manifest.held:.2f} s.", err=True)
    typer.echo("It holds what people wrote; keep it where only admins can read it.", err=True)


def restore(file: File, *, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """Put a backup back: into an empty --data folder, or where DATABASE_URL and REDIS_URL point."""
    to = backup.Destination(data, os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL"))
    with occupied(data), _shown() as watch:
        manifest = backup.restore(file, to, LOOPBACK, SystemClock(), watch)
    if as_json:
        typer.echo(msgspec.json.encode({"data": str(data), "manifest": manifest}).decode())
        return
    typer.echo(f"{manifest.rows['mention']} mentions are back, as of {manifest.made_at}.")
    typer.echo(
        "Sources with a cursor catch up from there; what was deleted since is deleted again as they tell it.", err=True
    )


@contextmanager
def _shown() -> Iterator[backup.Watch]:
    """Yield a watch that draws one bar a stage, on a terminal."""
    columns = (TextColumn("{task.description:10}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as progress:
        bars = {}

        def watch(stage: str, done: int, whole: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage)
            progress.update(bars[stage], completed=done, total=whole or None)

        yield watch
