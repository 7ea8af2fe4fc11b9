"""`emberwatch bench`: measures this machine, each figure beside the limit measured in the same run."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app import registry
from app.commands.options import JsonOption
from app.errors import innermost

WIDE = 160
"""Columns of a table that is read from a file or a log."""
COLOURS = {"aim": "green", "must": "cyan", "missed": "bold red"}


class Report(Protocol):
    """What a benchmark returns; ours is `benchmarks.report.Report`."""

    name: str

    def plain(self) -> dict[str, Any]:
        """Return title, rows, notes, series and machine as JSON takes them."""
        ...

    page: Callable[[Sequence["Report"]], str]
    """Returns one HTML page of several reports."""


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]…",
            help=f"Which, or how its name begins; all without a name: {', '.join(registry.names('benchmarks'))}.",
        ),
    ] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Short runs, to see that they work.")] = False,
    as_json: JsonOption = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with plots into this file.")] = None,
) -> None:
    """Measure this machine, and print every figure beside its limit measured in the same run."""
    wanted = {name: registry.load("benchmarks", name) for name in map(_whole, names)} if names else _all()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    reports: list[Report] = []
    failed: dict[str, str] = {}
    for name, report in _measured(wanted, quick=quick):
        if isinstance(report, Exception):
            failed[name] = f"{type(report).__name__}: {report}".splitlines()[0]
            typer.echo(f"{name} failed: {failed[name]}", err=True)
            continue
        reports.append(report)
        if not as_json:
            _show(console, report.plain())
    if html and reports:
        html.write_text(reports[0].page(reports), encoding="utf-8")
    if as_json:
        told = [report.plain() for report in reports]
        machine = told[0]["machine"] if told else {}
        typer.echo(json.dumps({"machine": machine, "quick": quick, "benchmarks": told, "failed": failed}))
    if failed:
        raise typer.Exit(1)


def _whole(name: str) -> str:
    """Return the benchmark whose name begins like this, if there is one only."""
    found = [known for known in registry.names("benchmarks") if known.startswith(name)]
    return found[0] if len(found) == 1 else name


def _all() -> dict[str, Any]:
    """Return every benchmark, also those that cannot be loaded: they fail in their turn."""
    found: dict[str, Any] = {}
    for name in registry.names("benchmarks"):
        try:
            found[name] = registry.load("benchmarks", name)
        except ImportError as error:
            found[name] = error
    return found


def _measured(wanted: dict[str, Any], *, quick: bool) -> Iterator[tuple[str, Any]]:
    """Run one benchmark after the other; what one raises is its result, and the next has its turn."""
    progress = Console(file=sys.stderr, highlight=False)
    for number, (name, measure) in enumerate(wanted.items(), start=1):
        begun = time.monotonic()
        with progress.status(f"{number}/{len(wanted)} {name}: measuring …"):
            try:
                result = measure if isinstance(measure, Exception) else measure(quick=quick)
            except Exception as error:
                if os.environ.get("EMBERWATCH_DEBUG"):
                    raise
                result = innermost(error)
        progress.print(f"{number}/{len(wanted)} {name}: {time.monotonic() - begun:.0f} s")
        yield name, result


def _show(console: Console, report: dict[str, Any]) -> None:
    table = Table(title=f"{report['name']}: {report['title']}", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("limit in the same run")
    for name in ("", "ratio", "must", "aim"):
        table.add_column(name, justify="right")
    table.add_column("reached")
    for row in report["rows"]:
        table.add_row(*map(escape, _cells(row)), _reached(row["reached"]))
    console.print(table)
    for note in report["notes"]:
        console.print(escape(note))


def _cells(row: dict[str, Any]) -> list[str]:
    bound = "≤ " if row["lower_is_better"] else "≥ "
    asked = [bound + _number(row[name]) if row[name] is not None else "" for name in ("must", "aim")]
    value, limit = (f"{_number(row[name])} {row['unit']}".strip() for name in ("value", "limit_value"))
    return [row["what"], value, row["limit"], limit if row["limit"] else "", _number(row["ratio"]), *asked]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"  # noqa: PLR2004 - four digits are read whole


def _reached(said: str | None) -> str:
    return f"[{COLOURS[said]}]{said}[/]" if said else ""
