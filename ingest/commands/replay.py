"""`emberwatch replay`: a recording goes into the running system."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.commands.connect import open_context
from app.commands.options import DATA, ConfigOption, DataOption, JsonOption
from app.domain.actor import LOOPBACK, authorise
from app.errors import WrongInput
from ingest.playback import Outcome, Playback, audited
from ingest.publish import Intake
from ingest.recording import Line, instant, lines, speed_of

SHOWN = 20


def command(
    file: Annotated[str, typer.Argument(help="An NDJSON file of mentions; - reads standard input.")],
    *,
    speed: Annotated[str, typer.Option(help='Times as fast as it happened, or "max".')] = "1",
    source: Annotated[str, typer.Option(help="The source it is booked under.")] = "replay",
    shift_to_now: Annotated[bool, typer.Option(help="Play as if it happened now: with max it ends now.")] = False,
    config: ConfigOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Play a recording into the running system; 0 done, 1 failed, 2 lines were rejected."""
    try:
        pace = speed_of(speed)
    except ValueError as error:
        raise WrongInput(f"--speed: {error}.") from None
    with _opened(file) as stream:
        outcome = asyncio.run(_replay(stream, pace, source, config, data, shift=shift_to_now))
    _tell(outcome, as_json=as_json)
    if outcome.rejected_total:
        raise typer.Exit(2)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as stream:
            yield stream
    except OSError as error:
        raise WrongInput(f"{file} cannot be read ({error.strerror}); name an NDJSON file, or - for stdin.") from None


async def _replay(
    stream: BinaryIO, speed: float | None, source: str, config: Path | None, data: Path, *, shift: bool
) -> Outcome:
    async with open_context(config, data) as context:
        authorise(LOOPBACK, "mention.push")
        intake = Intake(context.config, context.bus, context.store, context.identity, context.clock)
        playback = Playback(intake, context.clock, source, speed)
        now = context.clock.now()
        recording, to, total = _prepared(
            stream, now, whole=speed is None or stream.seekable(), shift=shift, speed=speed
        )
        try:
            with _bar(total) as bar:
                task = bar.add_task("replay", total=total)
                await playback.play(recording, to=to, progress=lambda line: bar.update(task, completed=line))
                bar.update(task, completed=total)
        finally:
            await asyncio.to_thread(audited, context, source, playback.outcome)
        return playback.outcome


def _prepared(
    stream: BinaryIO, now: float, *, whole: bool, shift: bool, speed: float | None
) -> tuple[Iterator[Line], float | None, int | None]:
    """Return the lines, the instant of the first one if they are shifted, and how many lines there are, if known."""
    if not whole:
        return lines(stream, float("inf") if shift else now), now if shift else None, None
    raw = stream.readlines()
    if not shift:
        return lines(raw, now), None, len(raw)
    to = now
    if speed is None:
        instants = [instant(line.event) for line in lines(raw, float("inf")) if line.event]
        to = now - (max(instants) - instants[0]) if instants else now
    return lines(raw, float("inf")), to, len(raw)


def _bar(total: int | None) -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal or total is None)


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    counts = outcome.counts
    if as_json:
        report = {**counts, "rejected": outcome.rejected, "rejected_total": outcome.rejected_total}
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    typer.echo(
        ", ".join(f"{number} {name}" for name, number in counts.items()) + f", {outcome.rejected_total} rejected"
    )
    for row in outcome.rejected[:SHOWN]:
        typer.echo(f"line {row['line']}: {row['field']}: {row['error']}", err=True)
    if outcome.rejected_total > SHOWN:
        typer.echo(f"… and {outcome.rejected_total - SHOWN} more; --json lists them.", err=True)
