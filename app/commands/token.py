"""`emberwatch token`: how machines prove who they are."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.clock import SystemClock
from app.commands.options import DATA, DataOption, JsonOption
from app.domain.actor import LOOPBACK, authorise
from app.domain.audit import AuditEntry
from app.domain.instant import rfc3339
from app.errors import NotFound, WrongInput
from app.installation import open_archive
from app.store.engine import Transaction
from app.store.tokens import digest_of, make

LONGEST = 60

command = typer.Typer(help="Tokens for machines that push mentions.", no_args_is_help=True)
Responder = Annotated[
    bool, typer.Option(help="It may also acknowledge, own, hand over, comment and tick, as a pager or a chat does.")
]
Name = Annotated[str, typer.Argument(help="Who will use it, such as the name of a system.")]


@command.command()
def add(name: Name, *, responder: Responder = False, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """Make a token and print it, this once."""
    if not name.strip() or len(name) > LONGEST or not name.isprintable():
        raise WrongInput(f"A token is called after who uses it, such as crm; at most {LONGEST} visible characters.")
    token = make()
    with _writing("token.add", name, data) as tx:
        roles = ("machine", "responder") if responder else ("machine",)
        tx.tokens.add(name, digest_of(token), SystemClock().now(), roles)
    if as_json:
        typer.echo(json.dumps({"name": name, "token": token}))
    else:
        typer.echo(token)
        typer.echo("It is shown only now. Send it as `Authorization: Bearer …`.", err=True)


@command.command("list")
def show(*, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """Show which tokens there are and when they were last used."""
    with closing(open_archive(data, SystemClock())) as store, store.reading() as tx:
        tokens = tx.tokens.list()
    rows = [
        {
            "name": t.name,
            "created": rfc3339(t.created_at),
            "used": None if t.used_at is None else rfc3339(t.used_at),
            "responder": "responder" in t.roles,
        }
        for t in tokens
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        more = "\tresponder" if row["responder"] else ""
        typer.echo(f"{row['name']}\tmade {row['created']}\tlast used {row['used'] or 'never'}{more}")
    if not rows:
        typer.echo("There are no tokens yet; make one with `emberwatch token add NAME`.", err=True)


@command.command()
def remove(name: Name, *, data: DataOption = DATA) -> None:
    """Take a token away; whoever uses it is refused from now on."""
    with _writing("token.remove", name, data) as tx:
        if not tx.tokens.remove(name):
            raise NotFound(f"There is no token {name!r}; `emberwatch token list` shows them.")
    typer.echo(f"{name} is refused from now on.")


@contextmanager
def _writing(verb: str, name: str, data: Path) -> Iterator[Transaction]:
    """Give a transaction in which whoever sits at the machine does `verb`, with its audit row."""
    authorise(LOOPBACK, verb)
    with closing(open_archive(data, SystemClock())) as store, store.transaction() as tx:
        yield tx
        tx.audit.append(AuditEntry(SystemClock().now(), LOOPBACK.kind, LOOPBACK.id, verb, subject=name))
