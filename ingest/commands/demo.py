"""`emberwatch demo`: start and end the firestorm of the demo source."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.commands.connect import open_context
from app.commands.options import DATA, ConfigOption, DataOption
from app.domain.actor import LOOPBACK, authorise
from app.domain.audit import AuditEntry
from app.errors import SourceUnavailable
from app.service import Context
from ingest.connectors.demo import BRAND, LONGEST_STORM, TOPIC

command = typer.Typer(help="Start and end a firestorm at the demo brand.", no_args_is_help=True)


@command.command()
def storm(
    *,
    minutes: Annotated[int, typer.Option(min=1, max=LONGEST_STORM, help="How long it lasts.")] = 30,
    config: ConfigOption = None,
    data: DataOption = DATA,
) -> None:
    """Start a firestorm: wrongly doubled down payments, an overloaded hotline, an angry public."""
    asyncio.run(_order({"do": "storm", "minutes": str(minutes)}, config, data))
    typer.echo(f"A firestorm begins at Nordlicht Strom and lasts about {minutes} min; `emberwatch demo calm` ends it.")


@command.command()
def calm(*, config: ConfigOption = None, data: DataOption = DATA) -> None:
    """Let the firestorm die down within a few minutes."""
    asyncio.run(_order({"do": "calm"}, config, data))
    typer.echo("The firestorm dies down; it takes a few minutes.")


async def _order(order: dict[str, str], config: Path | None, data: Path) -> None:
    async with open_context(config, data) as context:
        verb = f"demo.{order['do']}"
        authorise(LOOPBACK, verb, BRAND)
        if not await context.bus.command(TOPIC, order):
            raise SourceUnavailable(
                "No demo source is listening. Start the system with `emberwatch up`, and see that config.yaml has a "
                "source with `connector: demo`."
            )
        await asyncio.to_thread(_audit, context, verb, order)


def _audit(context: Context, verb: str, order: dict[str, str]) -> None:
    entry = AuditEntry(
        at=context.clock.now(),
        actor_kind=LOOPBACK.kind,
        actor=LOOPBACK.id,
        verb=verb,
        scope=BRAND,
        subject=TOPIC,
        detail=dict(order),
    )
    with context.store.transaction() as tx:
        tx.audit.append(entry)
