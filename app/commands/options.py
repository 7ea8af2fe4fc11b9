"""Options that several verbs share, so that they are called the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="config.yaml; without it ./config.yaml, else the one that came with Emberwatch."),
]
"""Use as `config: ConfigOption = None`."""

DataOption = Annotated[Path, typer.Option("--data", help="Where this installation keeps everything.")]
"""Use as `data: DataOption = DATA`."""

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]
"""Use as `as_json: JsonOption = False`."""

DATA = Path("data")
