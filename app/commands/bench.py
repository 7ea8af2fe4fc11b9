"""`emberwatch bench`: measures this machine."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app import registry
from app.commands.options import JsonOption


def command(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(registry.names('benchmarks'))}.")],
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A short run, to see that it works.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure, and print the figures."""
    figures: dict[str, Any] = registry.load("benchmarks", name)(quick=quick)
    if as_json:
        typer.echo(json.dumps({"benchmark": name, "quick": quick, "figures": figures}, default=str))
        return
    table = Table("figure", "value", title=name)
    for figure, value in _flat(figures):
        table.add_row(figure, value)
    Console().print(table)


def _flat(figures: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Return nested figures as (path, written value)."""
    rows: list[tuple[str, str]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{before}{name} ")
        else:
            rows.append((f"{before}{name}", f"{value:.4g}" if isinstance(value, float) else str(value)))
    return rows
