"""`emberwatch check-config`: every mistake of a configuration at once."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import JsonOption
from app.config import default_path, load
from app.errors import ConfigError


def command(
    file: Annotated[Path | None, typer.Argument(help="The file to check; without it the one `up` would use.")] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check a configuration: all mistakes at once with path and line; exit code 2 if there are any."""
    path = file or default_path()
    try:
        config = load(path)
    except ConfigError as error:
        if not as_json:
            raise
        mistakes = [{"path": where, "line": line, "error": sentence} for where, line, sentence in error.mistakes]
        typer.echo(json.dumps({"file": str(path), "valid": False, "mistakes": mistakes}, ensure_ascii=False))
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps({"file": str(path), "valid": True, "mistakes": []}))
    else:
        typer.echo(f"{path} is valid: {len(config.brands)} brands, {len(config.sources)} sources.")
