"""What `emberwatch doctor` looks at; each finding is a sentence, and says what to do when something is broken."""

import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import anyio

from app import config as configuration
from app import registry
from app.bus.server import choose
from app.clock import Clock
from app.config import Config
from app.config.alerting import AlertsSection
from app.domain.delivery import Beat, Delivery
from app.domain.person import Person
from app.domain.roster import unheard
from app.errors import ConfigError, EmberwatchError
from app.installation import make_bus, open_archive
from app.premises import holder, taken

State = Literal["good", "note", "broken"]
LEAST_FREE = 500_000_000
"""Bytes of disk that have to be free."""
DAY = 86_400.0
LATE = 3
"""Heartbeats that may be missing."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("dash", "plotly", "redis", "sqlalchemy", "uvicorn")


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is good, and what it is."""

    subject: str
    state: State
    sentence: str


def examine(config_path: Path | None, data: Path, port: int, clock: Clock) -> Iterator[Finding]:
    """Yield one finding after the other."""
    yield _versions()
    finding, config = _config(config_path or configuration.default_path())
    yield finding
    if config is not None:
        yield from _analyzers(config)
    yield _data(data)
    yield _disk(data)
    yield from _archive(data, config, clock)
    yield _redis()
    running = holder(data)
    yield from _running(running, data, config, clock)
    yield _port(port, running)
    yield _browser()


def _versions() -> Finding:
    installed = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return Finding(
        "version",
        "good",
        f"Emberwatch {version('emberwatch')} on Python {platform.python_version()}, with {installed}.",
    )


def _config(path: Path) -> tuple[Finding, Config | None]:
    try:
        config = configuration.load(path)
    except ConfigError as error:
        many = len(error.mistakes)
        said = f"{path} has {many} mistake{'s' * (many > 1)}; `emberwatch check-config {path}` shows them."
        return Finding("config", "broken", said), None
    said = f"{path} is valid: {len(config.brands)} brands, {len(config.sources)} sources."
    return Finding("config", "good", said), config


def _analyzers(config: Config) -> Iterator[Finding]:
    """Read the models of the analyzers, as the analysis will."""
    said, brands = config.analysis, tuple(brand.name for brand in config.watched.brands)
    faults = []
    for name in said.analyzers:
        try:
            made = registry.load("analyzers", name)(said.languages, brands, *said.options(name))
            faults.append(getattr(made, "fault", ""))
        except Exception as error:  # noqa: BLE001 - an analyzer may be a stranger's
            faults.append(f"The analyzer `{name}` cannot be made ({type(error).__name__}); take it out, or mend it.")
    if any(faults):
        yield from (Finding("analysis", "broken", fault) for fault in faults if fault)
    else:
        yield Finding("analysis", "good", f"{', '.join(said.analyzers) or 'No analyzers'}: every model can be read.")


def _data(data: Path) -> Finding:
    if not data.exists():
        return Finding("data", "note", f"{data.resolve()} is not there yet; `emberwatch up` makes it.")
    if not data.is_dir() or not os.access(data, os.W_OK | os.X_OK):
        return Finding("data", "broken", f"{data.resolve()} cannot be written to; name another folder with --data.")
    return Finding("data", "good", f"{data.resolve()} can be written to.")


def _disk(data: Path) -> Finding:
    there = next(folder for folder in (data.resolve(), *data.resolve().parents) if folder.is_dir())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB are free where the data lies."
    if free < LEAST_FREE:
        return Finding("disk", "broken", f"{said} Make room: at least {LEAST_FREE / 1e9:.1f} GB are needed.")
    return Finding("disk", "good", said)


def _archive(data: Path, config: Config | None, clock: Clock) -> Iterator[Finding]:
    if not os.environ.get("DATABASE_URL") and not (data / "emberwatch.sqlite").exists():
        yield Finding("archive", "note", "There is no archive yet; `emberwatch up` makes it.")
        return
    try:
        store = open_archive(data, clock)
        try:
            with store.reading() as tx:
                mentions, persons = tx.mentions.count(), tx.people.all()
                beat, lost = tx.dispatch.beat(), tx.deliveries.given_up(clock.now() - DAY)
        finally:
            store.close()
    except EmberwatchError as error:
        yield Finding("archive", "broken", str(error))
        return
    yield Finding("archive", "good", f"The archive holds {mentions} mentions.")
    if config is not None:
        yield _people(persons, [brand.id for brand in config.brands])
        yield from _ways(persons, config.alerts, lost)
        yield _heartbeat(config.alerts, beat, clock.now())


def _ways(persons: Sequence[Person], section: AlertsSection, lost: Sequence[Delivery]) -> Iterator[Finding]:
    """Tell what keeps messages from arriving, as far as can be seen from here."""
    kinds = {way.kind for person in persons if person.active for way in person.ways}
    if "mail" in kinds and section.mail is None:
        yield Finding(
            "mail", "broken", "Persons want mail, and there is no mail server; set `alerts.mail` in config.yaml."
        )
    if "webhook" in kinds and section.webhook.secret is None:
        said = "Persons want webhooks, and there is no secret to sign them with; set `alerts.webhook.secret_file`."
        yield Finding("webhook", "broken", said)
    if kinds and section.address is None:
        yield Finding(
            "address", "note", "Messages carry no links: set `alerts.address` to where people find this house."
        )
    if lost:
        who = ", ".join(sorted({f"{one.person} ({one.kind})" for one in lost}))
        said = f"Not reached within a day: {who}. GET /api/v1/deliveries?state=given_up tells why."
        yield Finding("deliveries", "broken", said)


def _heartbeat(section: AlertsSection, beat: Beat | None, now: float) -> Finding:
    every = section.heartbeat.every
    if section.heartbeat.url is None:
        said = "Nobody outside notices if all of this falls silent; set `alerts.heartbeat.url`, see docs/alerts.md."
        return Finding("heartbeat", "note", said)
    if beat is None or now - beat.at > LATE * every:
        return Finding("heartbeat", "note", "No heartbeat has gone out lately; it does while Emberwatch runs.")
    return Finding("heartbeat", "good" if beat.good else "broken", beat.said)


def _people(persons: Sequence[Person], brands: Sequence[str]) -> Finding:
    """Tell whether somebody would be told of a crisis of every brand."""
    deaf = unheard(persons, brands)
    if not deaf:
        return Finding("people", "good", f"{len(persons)} persons; somebody is told of every brand.")
    reason = "there is no person yet" if not persons else "no active person with a way to be reached is responsible"
    brand = "" if len(deaf) == len(brands) else f" of {', '.join(deaf)}"
    mend = "Add persons on the page /admin/people, or with POST /api/v1/people."
    return Finding("people", "note", f"Nobody is told of a crisis{brand}: {reason}. {mend}")


def _redis() -> Finding:
    try:
        return Finding("redis", "good", f"{choose().why}.")
    except EmberwatchError as error:
        return Finding("redis", "broken", str(error))


def _running(pid: int | None, data: Path, config: Config | None, clock: Clock) -> Iterator[Finding]:
    if pid is None and not os.environ.get("REDIS_URL"):
        yield Finding("system", "note", f"Nothing runs on {data}.")
        return
    if pid is not None:
        yield Finding("system", "good", f"Emberwatch runs on {data} (process {pid}).")
    if config is None:
        return
    try:
        services = anyio.run(_services, config, data, clock)
    except EmberwatchError as error:
        yield Finding("services", "broken", str(error))
        return
    ready = ", ".join(sorted(services)) or "none"
    yield Finding("services", "good" if services else "note", f"Ready: {ready}.")


async def _services(config: Config, data: Path, clock: Clock) -> dict[str, float]:
    bus = make_bus(config, data, clock)
    await bus.open()
    try:
        return await bus.services()
    finally:
        await bus.close()


def _port(port: int, running: int | None) -> Finding:
    reason = taken("127.0.0.1", port)
    if reason is None:
        return Finding("port", "good", f"Port {port} is free.")
    if running is not None:
        return Finding("port", "good", f"Port {port} is in use, by the system that runs.")
    return Finding("port", "broken", reason)


def _browser() -> Finding:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found:
        return Finding("chromium", "good", f"{found}; only the tests need it.")
    return Finding("chromium", "note", "There is none; only the tests need it.")
