"""`emberwatch run`: some services in this process, or in several like it."""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import anyio
import structlog
import typer

from app import log, metrics, parent, registry
from app.child import LOG, WORKER, WORKERS, seated
from app.clock import SystemClock
from app.commands.options import DATA, ConfigOption, DataOption
from app.config import Config, ConfigFile
from app.crew import Crew
from app.premises import check_host
from app.runner import run
from app.seat import seat, short

MOST = 64
"""Workers one command starts at most: more belong on another machine."""


def command(
    services: Annotated[list[str], typer.Argument(help=f"One or more of: {', '.join(registry.names('services'))}.")],
    *,
    config: ConfigOption = None,
    data: DataOption = DATA,
    host: Annotated[str, typer.Option(help="Where the dashboard listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="On which port.")] = 8050,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Leave demo sources and demo brands out.")] = False,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Let the dashboard listen where others can reach it, open to all.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=MOST, help="In how many processes, all alike.")] = 1,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Show this machine's figures on --host at this port; 0: do not.")
    ] = 0,
) -> None:
    """Run services until Ctrl-C; they wait for Redis (REDIS_URL, else the one of `up`)."""
    file = ConfigFile(config, demo=not no_demo)
    settings = file.read()
    for service in services:
        registry.load("services", service)  # raises with the choices
    if "dashboard" in services:
        check_host(host, insecure=insecure)
    options = {"host": host, "port": str(port)}
    if workers == 1:
        _alone(services, settings, file, data, options, metrics_port)
        return
    words = [*services, "--config", str(file.path), "--data", str(data.resolve()), *(["--no-demo"] if no_demo else [])]
    words += ["--insecure"] if insecure else []
    words += [word for name, value in options.items() for word in (f"--{name}", value)]
    _crew(services, workers, data, words, partial(metrics.show, host, metrics_port))


def _alone(
    services: list[str], settings: Config, file: ConfigFile, data: Path, options: dict[str, str], metrics_port: int
) -> None:
    """Run here, under the name that whoever started this process gave it, or under one of our own."""
    supervised = parent.follow()
    given = os.environ.get(WORKER) if supervised else None
    with nullcontext(given) if given else seat(data, "+".join(services)) as worker:
        name = os.environ.get(LOG) if supervised else None
        log.configure(file=data / "logs" / f"{name}.log" if name else None)
        structlog.contextvars.bind_contextvars(worker=short(worker))
        metrics.share(data / "metrics", name or short(worker))
        metrics.show(options["host"], metrics_port)
        if supervised:
            options["beside"] = os.environ.get(WORKERS, "1")
        chosen = {service: registry.load("services", service) for service in services}
        _spare_the_collector()
        anyio.run(
            partial(run, chosen, settings, data, SystemClock(), options, worker, file),
            backend_options={"use_uvloop": sys.platform != "win32"},
        )


def _spare_the_collector() -> None:
    """Keep the garbage collector from going through all modules whenever a few hundred mentions were made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _crew(services: list[str], workers: int, data: Path, words: list[str], show: Callable[[], None]) -> None:
    """Run several processes like this one; they write what they have to say where this one does."""
    log.configure()
    with seated(data, "+".join(services), workers) as names:
        metrics.share(data / "metrics", f"{short(names[0])}.crew")
        show()
        anyio.run(Crew(names, [sys.executable, "-P", "-m", "app.cli", "run", *words], SystemClock()).run)
