"""`emberwatch demo`: start and end the firestorm of the demo source."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.commands.connect import open_context
from app.commands.options import DATA, ConfigOption, DataOption
from ingest.demo.order import LONGEST_STORM, give

command = typer.Typer(help="Start and end a firestorm at the demo brand.", no_args_is_help=True)


@command.command()
def storm(
    *,
    minutes: Annotated[int, typer.Option(min=1, max=LONGEST_STORM, help="How long it lasts.")] = 30,
    config: ConfigOption = None,
    data: DataOption = DATA,
) -> None:
    """Start a firestorm: monthly payments wrongly doubled, an overloaded hotline, an angry public."""
    asyncio.run(_order({"do": "storm", "minutes": str(minutes)}, config, data))
    typer.echo(f"A firestorm begins at Nordlicht Strom and lasts about {minutes} min; `emberwatch demo calm` ends it.")


@command.command()
def calm(*, config: ConfigOption = None, data: DataOption = DATA) -> None:
    """Let the firestorm die down within a few minutes."""
    asyncio.run(_order({"do": "calm"}, config, data))
    typer.echo("The firestorm dies down; it takes a few minutes.")


async def _order(order: dict[str, str], config: Path | None, data: Path) -> None:
    async with open_context(config, data) as context:
        await give(context, order)
