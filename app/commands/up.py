"""`emberwatch up`: everything on this machine, with one command."""

from pathlib import Path
from typing import Annotated

import anyio
import typer

from app import log, metrics, registry
from app.clock import SystemClock
from app.commands.options import DATA, ConfigOption, DataOption
from app.config import ConfigFile
from app.errors import WrongInput
from app.premises import check_address, occupied
from app.progress import Progress
from app.supervisor import Plan, Supervisor

MOST = 64
"""Workers of a service on one machine at most."""


def command(
    *,
    config: ConfigOption = None,
    data: DataOption = DATA,
    host: Annotated[str, typer.Option(help="Where the dashboard listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="On which port.")] = 8050,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Leave demo sources and demo brands out.")] = False,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Listen where others can reach it, open to all.")
    ] = False,
    workers: Annotated[
        list[str] | None, typer.Option(metavar="SERVICE=N", help="So many processes of a service; repeatable.")
    ] = None,
    service: Annotated[list[str] | None, typer.Option(help="Only this service; may be given several times.")] = None,
) -> None:
    """Run everything on this machine until Ctrl-C; all it keeps is under --data."""
    file = ConfigFile(config, demo=not no_demo)
    settings = file.read()
    services = service or list(registry.names("services"))
    for name in services:
        if name not in registry.names("services"):
            registry.load("services", name)  # raises with the choices
    numbers = dict(_number(word, services) for word in workers or ())
    check_address(host, port, insecure=insecure)
    data = Path(data).resolve()
    with occupied(data):
        log.configure(file=data / "logs" / "up.log")
        metrics.wipe(data / "metrics")
        metrics.share(data / "metrics", "up")
        plan = Plan(settings, file.path, data, services, host, port, no_demo, numbers, insecure)
        anyio.run(Supervisor(plan, SystemClock(), Progress()).run)


def _number(word: str, services: list[str]) -> tuple[str, int]:
    service, _, number = word.partition("=")
    if service not in services or not number.isdecimal() or not 1 <= int(number) <= MOST:
        raise WrongInput(
            f"--workers {word} cannot be read; write SERVICE=N with one of {', '.join(services)} and 1 to {MOST}, "
            "such as --workers analysis=2."
        )
    return service, int(number)
