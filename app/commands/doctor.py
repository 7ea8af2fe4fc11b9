"""`emberwatch doctor`: is this machine well?"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from app.clock import SystemClock
from app.commands.options import DATA, ConfigOption, DataOption, JsonOption
from app.doctor import examine

_MARK = {"good": "✓", "note": "·", "broken": "✗"}


def command(
    *,
    config: ConfigOption = None,
    data: DataOption = DATA,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port `up` would use.")] = 8050,
    as_json: JsonOption = False,
) -> None:
    """Say which Redis runs and why, and whether configuration, data, archive, disk and port are well."""
    broken = False
    findings = []
    for finding in examine(config, data, port, SystemClock()):
        findings.append(asdict(finding))
        broken |= finding.state == "broken"
        if not as_json:
            typer.echo(f"{_MARK[finding.state]} {finding.subject:<9} {finding.sentence}")
    if as_json:
        typer.echo(json.dumps({"well": not broken, "findings": findings}, ensure_ascii=False))
    raise typer.Exit(1 if broken else 0)
