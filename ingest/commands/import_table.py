"""`emberwatch import`: a table of mentions, CSV or Parquet, goes into the running system."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app import config as configuration
from app.commands.connect import open_context
from app.commands.options import DATA, ConfigOption, DataOption, JsonOption
from app.domain.actor import LOOPBACK, authorise
from app.domain.instant import rfc3339
from app.domain.mention import Mention
from app.errors import WrongInput
from ingest.imports import Bookmark, Rejects, lines
from ingest.mapping import Mapping, mapped
from ingest.playback import Outcome, Playback, audited
from ingest.publish import Intake
from ingest.recording import Line
from ingest.table import Table, opened

SHOWN = 5
TRIED = 1_000


def command(
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet file whose columns have names.")],
    *,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="FIELD=COLUMN, as often as needed; FIELD= leaves it out. The rest is guessed."),
    ] = None,
    channel: Annotated[str, typer.Option(help="The channel, where no column says it.")] = "files",
    source: Annotated[str, typer.Option(help="The source it is booked under.")] = "import",
    zone: Annotated[str | None, typer.Option(help="Zone of moments without one; else that of the site.")] = None,
    date_format: Annotated[str | None, typer.Option(help="How moments are written, as '%d.%m.%Y %H:%M'.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="What separates cells; found out without it.")] = None,
    encoding: Annotated[str | None, typer.Option(help="How a CSV is encoded; found out without it.")] = None,
    rejected: Annotated[Path | None, typer.Option(help="Where rejected rows are listed.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show mapping and first rows, import nothing.")] = False,
    config: ConfigOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Import a table of mentions into the running system; 0 done, 1 failed, 2 wrong input or rejected rows."""
    table = opened(file, delimiter=_delimiter(delimiter), encoding=encoding)
    mapping = mapped(table.columns, _wanted(map_ or []), channel)
    in_force = configuration.load(config)
    reading = _Reading(table, mapping, _zone(zone or in_force.site.zone), date_format)
    if dry_run:
        _show(reading, as_json=as_json)
        return
    rejects = rejected or file.with_name(f"{file.stem}.rejected.csv")
    outcome, report = asyncio.run(_import(file, reading, rejects, source, config, data))
    _tell(outcome, report, as_json=as_json)
    if outcome.rejected_total:
        raise typer.Exit(2)


class _Reading:
    """A table and how it is read."""

    def __init__(self, table: Table, mapping: Mapping, zone: ZoneInfo, shape: str | None) -> None:
        self.table, self.mapping, self._zone, self._shape = table, mapping, zone, shape

    def lines(self, now: float, after: int = 1) -> Iterator[tuple[Line, int]]:
        """Yield its rows as lines."""
        return lines(self.table, self.mapping, self._zone, self._shape, now, after)


async def _import(
    file: Path, reading: _Reading, rejected: Path, source: str, config: Path | None, data: Path
) -> tuple[Outcome, Rejects]:
    async with open_context(config, data) as context:
        authorise(LOOPBACK, "mention.push")
        bookmark = Bookmark(data, file, reading.mapping, source)
        after = bookmark.row()
        rejects = Rejects(rejected, reading.mapping, anew=after == 1)
        if after > 1:
            typer.echo(f"Going on behind row {after}, where it was broken off.", err=True)
        intake = Intake(context.config, context.bus, context.store, context.identity, context.clock)
        playback = Playback(intake, context.clock, source, None)
        try:
            with _bar() as bar:
                task = bar.add_task(file.name, total=reading.table.total)

                def recording() -> Iterator[Line]:
                    for line, place in reading.lines(context.clock.now(), after):
                        bar.update(task, completed=place)
                        if line.event is None:
                            rejects.add(line)
                        yield line

                await playback.play(recording(), progress=lambda row: bookmark.keep(row - 1))
                bar.update(task, completed=reading.table.total)
            bookmark.forget()
        finally:
            rejects.close()
            await asyncio.to_thread(audited, context, source, playback.outcome)
        return playback.outcome, rejects


def _wanted(pairs: Sequence[str]) -> dict[str, str]:
    wanted = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals:
            raise WrongInput(f"--map {pair!r}: write FIELD=COLUMN, such as --map 'text=Beitrag'.")
        wanted[field.strip()] = column.strip()
    return wanted


def _delimiter(wanted: str | None) -> str | None:
    named = {"tab": "\t", "\\t": "\t"}.get(wanted or "", wanted)
    if named is not None and len(named) != 1:
        raise WrongInput("--delimiter: give one character, or tab.")
    return named


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise WrongInput(f"--zone: there is no time zone {name!r}; write one such as Europe/Berlin.") from None


def _bar() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _show(reading: _Reading, *, as_json: bool) -> None:
    """Say what an import would do: which column means what, the first mentions, and what would be rejected."""
    tried = [line for line, _ in islice(reading.lines(float("inf")), TRIED)]
    first = next((row.cells for row, _ in reading.table.rows()), {})
    faulty = [line for line in tried if line.event is None]
    mentions = [line.event for line in tried if isinstance(line.event, Mention)][:SHOWN]
    if as_json:
        shown: dict[str, Any] = {
            "table": reading.table.made,
            "map": reading.mapping.columns,
            "tried": len(tried),
            "rejected": [{"row": line.number, "field": line.field, "error": line.error} for line in faulty],
            "first": [
                {"published_at": rfc3339(m.published_at), "author": m.author.id, "text": m.text} for m in mentions
            ],
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    typer.echo(reading.table.made)
    for field, column in reading.mapping.columns.items():
        typer.echo(f"  {field:20} = {column}   (as in {str(first.get(column, ''))[:50]!r})")
    unused = [column for column in reading.table.columns if column not in reading.mapping.columns.values()]
    if unused:
        typer.echo(f"  left out: {', '.join(unused)}")
    for mention in mentions:
        typer.echo(f"{rfc3339(mention.published_at)}  {mention.author.id}: {' '.join(mention.text.split())[:100]}")
    typer.echo(f"{len(faulty)} of the first {len(tried)} rows would be rejected.")
    for line in faulty[:SHOWN]:
        typer.echo(f"row {line.number}: {line.field}: {line.error}", err=True)


def _tell(outcome: Outcome, rejects: Rejects, *, as_json: bool) -> None:
    counts = outcome.counts
    if as_json:
        report = {**counts, "rejected": outcome.rejected_total, "report": str(rejects.path) if rejects.count else None}
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    summed = ", ".join(f"{number} {name}" for name, number in counts.items())
    typer.echo(f"{summed}, {outcome.rejected_total} rejected")
    if rejects.count:
        typer.echo(f"The rejected rows stand in {rejects.path}.", err=True)
