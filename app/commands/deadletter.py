"""`emberwatch deadletter`: what could not be analysed is looked at, tried again, or thrown away by a person."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.connect import open_context
from app.commands.options import DATA, ConfigOption, DataOption, JsonOption
from app.domain.actor import LOOPBACK, authorise
from app.domain.audit import AuditEntry
from app.domain.correction import Correction
from app.domain.instant import rfc3339
from app.domain.letter import Letter
from app.domain.mention import Deletion, Mention
from app.errors import NotFound, WrongInput
from app.service import Context

SAID = {
    "again": "put back, to be analysed again",
    "deleted": "wiped: its mention was deleted meanwhile",
    "overtaken": "wiped: a later version is counted already",
    "dropped": "thrown away",
    "gone": "was there no more",
}

command = typer.Typer(help="What could not be analysed: see it, try it again, throw it away.", no_args_is_help=True)
Ids = Annotated[list[str] | None, typer.Argument(help="Ids as `emberwatch deadletter list` shows them.")]
EveryOption = Annotated[bool, typer.Option("--all", help="All of them, or all that --reason leaves.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Only those whose reason contains this.")]
ShowOption = Annotated[bool, typer.Option("--show", help="With the text, which may hold personal data.")]


@command.command("list")
def show(
    *,
    reason: ReasonOption = "",
    with_text: ShowOption = False,
    config: ConfigOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Show which dead letters wait, why and since when."""
    letters = asyncio.run(_found(reason, config, data))
    rows = [_row(letter, with_text=with_text) for letter in letters]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        about = " ".join(str(row[name]) for name in ("channel", "key", "text") if row.get(name))
        typer.echo(f"{row['id']}\t{row['at']}\t{row['deliveries']} deliveries\t{row['reason']}\t{about}")
    if not rows:
        typer.echo("No dead letters wait.", err=True)


@command.command()
def retry(
    ids: Ids = None,
    *,
    every: EveryOption = False,
    reason: ReasonOption = "",
    config: ConfigOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Put dead letters back, so that they are analysed again under their own version."""
    chosen = _chosen(ids, reason, every=every)
    _tell(asyncio.run(_each("deadletter.retry", _retried, chosen, reason, config, data)), as_json=as_json)


@command.command()
def drop(
    ids: Ids = None,
    *,
    every: EveryOption = False,
    reason: ReasonOption = "",
    config: ConfigOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Throw dead letters away for good; what they held is never counted."""
    chosen = _chosen(ids, reason, every=every)
    _tell(asyncio.run(_each("deadletter.drop", _dropped, chosen, reason, config, data)), as_json=as_json)


def _chosen(ids: Sequence[str] | None, reason: str, *, every: bool) -> set[str] | None:
    """Return the ids asked for; None for all."""
    if every and ids:
        raise WrongInput("Name ids or give --all, not both.")
    if not every and not ids:
        extra = " together with --reason" if reason else ""
        raise WrongInput(f"Name ids as `emberwatch deadletter list` shows them, or give --all{extra}.")
    return None if every else set(ids or ())


async def _found(reason: str, config: Path | None, data: Path) -> list[Letter]:
    async with open_context(config, data) as context:
        return [letter for letter in await context.bus.letters() if reason in letter.reason]


async def _each(
    verb: str,
    do: Callable[[Context, Letter], Awaitable[str]],
    ids: set[str] | None,
    reason: str,
    config: Path | None,
    data: Path,
) -> Counter[str]:
    """Do it with every letter chosen, each with its audit row; return how often what came of it."""
    authorise(LOOPBACK, verb)
    async with open_context(config, data) as context:
        letters = [letter for letter in await context.bus.letters() if reason in letter.reason]
        if ids is not None:
            if missing := ids - {letter.name for letter in letters}:
                raise NotFound(f"There is no dead letter {', '.join(sorted(missing))}; nothing was done.")
            letters = [letter for letter in letters if letter.name in ids]
        outcomes: list[tuple[Letter, str]] = []
        try:
            for letter in letters:
                outcomes.append((letter, await do(context, letter)))  # noqa: PERF401 - what is done stands if one fails
        finally:
            await asyncio.to_thread(_audit, context, verb, outcomes)
        return Counter(outcome for _, outcome in outcomes)


async def _retried(context: Context, letter: Letter) -> str:
    """Put a letter back, after the bus was taught what only the archive may still know of its mention."""
    if letter.key:
        known = await asyncio.to_thread(_archived, context, letter.key)
        for key, row in known.items():
            await context.bus.remember(key, row.version, row.revision, row.contribution)
    return await context.bus.retry_letter(letter)


async def _dropped(context: Context, letter: Letter) -> str:
    return "dropped" if await context.bus.drop_letter(letter) else "gone"


def _archived(context: Context, key: str) -> dict[str, Any]:
    with context.store.reading() as tx:
        return dict(tx.mentions.known([key]))


def _audit(context: Context, verb: str, outcomes: Sequence[tuple[Letter, str]]) -> None:
    if not outcomes:
        return
    with context.store.transaction() as tx:
        for letter, outcome in outcomes:
            detail: dict[str, str | int | float | bool | None]
            detail = {"outcome": outcome, "reason": letter.reason, "key": letter.key, "version": letter.version}
            now = context.clock.now()
            tx.audit.append(AuditEntry(now, LOOPBACK.kind, LOOPBACK.id, verb, subject=letter.name, detail=detail))


def _row(letter: Letter, *, with_text: bool) -> dict[str, Any]:
    event = letter.event.mention if isinstance(letter.event, Correction) else letter.event
    row: dict[str, Any] = {
        "id": letter.name,
        "partition": letter.partition,
        "at": rfc3339(letter.at),
        "reason": letter.reason,
        "deliveries": letter.deliveries,
        "stream": letter.stream,
        "channel": event.channel if isinstance(event, Mention | Deletion) else None,
        "key": letter.key,
        "version": letter.version,
    }
    if with_text:
        row["text"] = event.text if isinstance(event, Mention) else None
    return row


def _tell(outcomes: Counter[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(dict(outcomes)))
        return
    for outcome, number in sorted(outcomes.items()):
        typer.echo(f"{number}\t{SAID[outcome]}")
    if not outcomes:
        typer.echo("No dead letters wait.", err=True)
