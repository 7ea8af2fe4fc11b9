"""`emberwatch run`: some services in this process."""

import sys
from functools import partial
from typing import Annotated

import anyio
import typer

from app import config as configuration
from app import log, metrics, parent, registry
from app.clock import SystemClock
from app.commands.options import DATA, ConfigOption, DataOption
from app.errors import WrongInput
from app.runner import run


def command(
    services: Annotated[list[str], typer.Argument(help=f"One or more of: {', '.join(registry.names('services'))}.")],
    *,
    config: ConfigOption = None,
    data: DataOption = DATA,
    host: Annotated[str, typer.Option(help="Where the dashboard listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="On which port.")] = 8050,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Leave demo sources and demo brands out.")] = False,
) -> None:
    """Run services in this process until Ctrl-C; they wait for Redis (REDIS_URL, else the one of `up`)."""
    supervised = parent.follow()
    name = "+".join(services)
    log.configure(file=data / "logs" / f"{name}.log" if supervised else None)
    if supervised:
        metrics.share(data / "metrics", name)
    settings = configuration.load(config)
    if no_demo:
        settings = settings.without_demo()
        if not settings.brands:
            raise WrongInput("Without the demo there is no brand to watch; add one to config.yaml.")
    chosen = {service: registry.load("services", service) for service in services}
    options = {"host": host, "port": str(port)}
    anyio.run(
        partial(run, chosen, settings, data, SystemClock(), options),
        backend_options={"use_uvloop": sys.platform != "win32"},
    )
