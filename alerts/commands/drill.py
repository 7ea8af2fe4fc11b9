"""`emberwatch drill`: a storm through the real pipeline in a space of its own, told to nobody but who takes part."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import rmtree
from typing import Annotated, Any
from uuid import uuid4

import anyio
import msgspec
import typer
from rich.console import Console

from alerts.drill.card import table
from alerts.drill.conductor import Conductor
from alerts.drill.space import make, sweep
from app import log, metrics, registry
from app.clock import SystemClock
from app.commands.options import DATA, ConfigOption, DataOption, JsonOption
from app.config import Config, ConfigFile
from app.config.alerting import AlertsSection
from app.config.merged import merged
from app.domain.actor import LOOPBACK
from app.domain.audit import AuditEntry
from app.domain.brand import Brand
from app.domain.drill import STAMP, Drill
from app.errors import NotFound, WrongInput
from app.installation import open_archive
from app.marking import mark_of, space_of
from app.premises import check_address, occupied, taken
from app.progress import Progress
from app.scenarios import scenario
from app.store.engine import Store
from app.supervisor import Plan, Supervisor

FIRST, LAST = 8060, 8160
"""Ports that are tried for the dashboard of a drill."""
RECORDED = 60.0
"""Minutes a recording is played without --minutes."""
WIDTH = 110


def command(
    what: Annotated[str, typer.Argument(metavar="SCENARIO", help="Id of a scenario, or an NDJSON file of mentions.")],
    *,
    brand: Annotated[str | None, typer.Option(help="Whom it hits; the first brand without it.")] = None,
    to: Annotated[list[str] | None, typer.Option(metavar="PERSON", help="Who is told; nobody else is.")] = None,
    language: Annotated[str | None, typer.Option(help="de or en; that of the site without it.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, max=600, help="When it ends at the latest.")] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=60, help="How many times faster the story runs.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Another number is another storm.")] = 7,
    wall: Annotated[str | None, typer.Option(help="A wall of the room whose screens show it meanwhile.")] = None,
    host: Annotated[str, typer.Option(help="Where its dashboard listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="On which port; 0 looks for a free one.")] = 0,
    address: Annotated[str | None, typer.Option(help="How others reach it, if not by host and port.")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Listen where others reach it, open to all.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep its folder at the end.")] = False,
    name: Annotated[str | None, typer.Option("--id", hidden=True)] = None,
    by: Annotated[str, typer.Option("--by", hidden=True)] = LOOPBACK.id,
    config: ConfigOption = None,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Play a storm beside the real system, marked as a drill, and print how fast people were; 0 done, 2 wrong input."""
    clock, data, file = SystemClock(), Path(data).resolve(), ConfigFile(config)
    if mark_of(data) is not None:
        raise WrongInput(f"{data} is the space of a drill already; name the real installation with --data.")
    settings = file.read()
    port = port or _free(host)
    check_address(host, port, insecure=insecure)
    with closing(open_archive(data, clock)) as real:
        known = _in_force(real, settings)
        hit = _brand(known, brand)
        drill = Drill(
            id=name or f"drill-{uuid4().hex[:8]}",
            at=clock.now(),
            scenario=_scenario(what),
            brand=hit.id,
            language=_language(language or known.site.language),
            recipients=_recipients(real, to or ()),
            speed=speed,
            minutes=minutes or _minutes(what, speed),
            seed=seed,
            wall=_wall(known, wall),
            port=port,
            address=address or f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}",  # noqa: S104 # told apart
            by=by,
        )
        for variable in ("REDIS_URL", "DATABASE_URL"):  # what is started from here on must not find the real ones
            os.environ.pop(variable, None)
        space = space_of(data, drill.id)
        sweep(data)
        try:
            finished = _play(drill, space, file, real, hit, (host, insecure), quiet=as_json)
        finally:
            if not keep:
                rmtree(space, ignore_errors=True)
    _tell(finished, as_json=as_json)
    if finished.state != "done":
        raise typer.Exit(1)


def _play(
    drill: Drill, space: Path, file: ConfigFile, real: Store, brand: Brand, door: tuple[str, bool], *, quiet: bool
) -> Drill:
    clock = SystemClock()
    path = make(space, drill, file, real, brand, clock)
    settings = ConfigFile(path).read()
    _audit(real, drill)
    progress = Progress(Console(file=sys.stderr if quiet else sys.stdout, highlight=False, soft_wrap=True))
    progress.say(f"{STAMP} {drill.scenario} · {brand.name}: {drill.address}/wall/{drill.wall or settings.walls[0].id}")
    for sentence in lacking(real, settings.alerts, drill.recipients):
        progress.say(sentence)
    with occupied(space):
        log.configure(file=space / "logs" / "up.log")
        metrics.wipe(space / "metrics")
        metrics.share(space / "metrics", "up")
        services = list(registry.names("services"))
        plan = Plan(settings, path, space, services, door[0], drill.port, insecure=door[1])
        conductor = Conductor(drill, space, settings, real, clock, progress)
        conductor.note()
        try:
            anyio.run(_together, Supervisor(plan, clock, progress), conductor)
        finally:
            conductor.close()
    return conductor.drill


def lacking(real: Store, section: AlertsSection, recipients: tuple[str, ...]) -> Iterator[str]:
    """Yield what keeps messages from those who take part, as far as the configuration shows it beforehand."""
    with real.reading() as tx:
        kinds = {way.kind for one in tx.people.all() if one.id in recipients for way in one.ways}
    if "webhook" in kinds and section.webhook.secret is None:
        yield "No webhook will arrive: there is no secret to sign with; set `alerts.webhook.secret_file`."
    if "mail" in kinds and section.mail is None:
        yield "No mail will arrive: there is no mail server; set `alerts.mail` in config.yaml."


async def _together(supervisor: Supervisor, conductor: Conductor) -> None:
    """Run the space and conduct what happens in it until either ends; Ctrl-C ends the supervisor, and so both."""
    async with anyio.create_task_group() as group:
        group.start_soon(conductor.run, group.cancel_scope.cancel)
        await supervisor.run()
        group.cancel_scope.cancel()


def _tell(drill: Drill, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(drill).decode())
        return
    if drill.problem:
        typer.echo(drill.problem)
    if drill.score is not None:
        Console(width=None if sys.stdout.isatty() else WIDTH).print(table(drill, drill.score))


def _audit(real: Store, drill: Drill) -> None:
    detail: dict[str, Any] = {
        "scenario": Path(drill.scenario).name,
        "language": drill.language,
        "speed": drill.speed,
        "recipients": ", ".join(drill.recipients),
        "wall": drill.wall,
    }
    with real.transaction() as tx:
        tx.audit.append(AuditEntry(drill.at, LOOPBACK.kind, drill.by, "drill.run", drill.brand, drill.id, detail))


def _in_force(real: Store, settings: Config) -> Config:
    with real.reading() as tx:
        return merged(settings, tx.saved.all()).config


def _brand(config: Config, wanted: str | None) -> Brand:
    found = next((one for one in config.brands if wanted in {None, one.id}), None)
    if found is None:
        raise NotFound(f"There is no brand {wanted!r}; choose of: {', '.join(one.id for one in config.brands)}.")
    return found


def _recipients(real: Store, wanted: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    with real.reading() as tx:
        known = {one.id: one for one in tx.people.all()}
    for one in wanted:
        if one not in known:
            raise NotFound(
                f"There is no person {one!r}; choose of: {', '.join(known) or 'nobody yet, see /admin/people'}."
            )
        if not known[one].reachable:
            raise WrongInput(f"{known[one].name} has no way to be told, or takes no messages; see /admin/people.")
    return tuple(dict.fromkeys(wanted))


def _language(wanted: str) -> str:
    if wanted not in {"de", "en"}:
        raise WrongInput(f"--language {wanted}: scenarios speak de and en.")
    return wanted


def _wall(config: Config, wanted: str | None) -> str | None:
    if wanted is not None and all(one.id != wanted for one in config.walls):
        raise NotFound(f"There is no wall {wanted!r}; choose of: {', '.join(one.id for one in config.walls)}.")
    return wanted


def _scenario(what: str) -> str:
    return str(Path(what).resolve()) if Path(what).is_file() else scenario(what).id


def _minutes(what: str, speed: float) -> float:
    return RECORDED if Path(what).is_file() else scenario(what).minutes / speed


def _free(host: str) -> int:
    found = next((port for port in range(FIRST, LAST) if taken(host, port) is None), None)
    if found is None:
        raise WrongInput(f"No port from {FIRST} to {LAST - 1} is free on {host}; name one with --port.")
    return found
