"""The arena: a whole system on a Redis behind our proxy, told stories through both doors and beaten meanwhile."""

import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.fixtures.system import until
from tests.fixtures.whole import SERVICES, Whole
from tests.ledger import Ledger
from tests.torture.audit import Audit, Site
from tests.torture.blows import VARIABLE, Blow
from tests.torture.channel import Channel
from tests.torture.servers import Servers
from tests.torture.story import BRAND, Pusher, Story

CONFIG = """
site: {{name: Test, zone: Europe/Berlin, language: en}}
bus: {{partitions: {partitions}}}
analysis: {{analyzers: [{analyzers}]}}
brands:
  - {{id: probe, name: Probe, query: 'probe'}}
sources:
  - {{id: live, connector: bluesky, url: "{url}"}}
  - {{id: push, connector: push}}
"""


@dataclass(frozen=True)
class Size:
    """How much is told, how fast, and to what."""

    posts: int
    """Mentions through each of the two doors."""
    seed: int
    rate: float = 400
    """Mentions a second through each door, at most."""
    batch: int = 50
    """Lines a push."""
    partitions: int = 1
    path: str = "/subscribe"
    analyzers: tuple[str, ...] = ("language", "lexicon")
    second: tuple[str, ...] = ()
    """Services of which a second worker runs in a process of its own."""
    patience: float = 90
    """Seconds until all has to have gone through."""


@dataclass
class Record:
    """What a run was like."""

    seconds: dict[str, float] = field(default_factory=dict)
    blows: list[str] = field(default_factory=list)
    answers: Counter[int | str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    residue: int = 0


class Arena:
    """A system, its Redis, and those who talk to it; made for one run."""

    def __init__(
        self, system: Callable[[str], Whole], folder: Path, size: Size, servers: Servers, database: str | None = None
    ) -> None:
        self.size, self.servers, self.record = size, servers, Record()
        self.channel = Channel(folder, size.path, size.posts, size.rate)
        self.story = Story(size.seed, size.posts)
        words = ", ".join(size.analyzers)
        self.config = CONFIG.format(url=self.channel.url, partitions=size.partitions, analyzers=words)
        self.system = system(self.config)
        self.system.environment["REDIS_URL"] = servers.url
        if database:
            self.system.environment["DATABASE_URL"] = database
        self._database = database
        self._folder = folder
        self._pusher: Pusher | None = None

    def __enter__(self) -> Self:
        began = time.monotonic()
        self.system.start()
        if self.size.second:
            self.system.help(*self.size.second)
        self.channel.start()
        self.tell("story")
        self.record.seconds["start"] = time.monotonic() - began
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.kill()
        if self._pusher:
            self._pusher.give_up()
        self.system.stop()
        self.servers.close()

    def tell(self, name: str) -> None:
        """Tell the story, under a token of that name."""
        token = self.system.run("token", "add", name).stdout.split()[0]
        self._pusher = Pusher(self.story, self.system.port, token, self.size.batch, self.size.rate)
        self._pusher.start()

    def move(self, system: Whole, servers: Servers, file: Path) -> None:
        """Go on with another system, made from a backup; everything is told to it once more."""
        self.system.stop()
        self.servers.close()
        system.environment["REDIS_URL"] = servers.url
        restored = system.run("restore", str(file))
        assert restored.returncode == 0, restored.stderr
        self.system, self.servers = system, servers
        system.start()
        self.tell("once more")

    @property
    def site(self) -> Site:
        """Where everything is kept."""
        return Site(self.system.data, self.servers.direct, self.size.partitions, self.servers.parts(), self._database)

    @property
    def told(self) -> int:
        """How many lines and events are told through both doors."""
        assert self._pusher is not None
        return self._pusher.told + self.channel.told

    def suffer(self, blows: list[Blow]) -> None:
        """Take every blow when it is due; the seed stands in the output, so that the same can be drawn again."""
        sys.stdout.write(f"{VARIABLE}={self.size.seed}\n" + "".join(f"  {blow.kind} at {blow.due}\n" for blow in blows))
        for blow in blows:
            until(lambda due=blow.due: self.told >= due, f"line {blow.due} of {self.told}", self.size.patience)
            began = time.monotonic()
            self.strike(blow.kind)
            self.record.blows.append(f"{blow.kind} at {blow.due} ({time.monotonic() - began:.1f} s)")

    def strike(self, kind: str) -> None:
        """Let one blow happen."""
        match kind:
            case "redis" | "cut" | "refuse" | "slow" | "swallow" | "unanswered":
                self.servers.strike(kind)
            case "channel":
                self.channel.kill()
                self.channel.start()
            case "everything":
                self.system.crash()
                self.system.start()
            case "second":
                self.system.kill_helper()
            case "frozen":
                self._freeze("analysis", 35.0)
            case _:
                self.system.kill(kind)

    def _freeze(self, service: str, seconds: float) -> None:
        """Stop a service as a machine that swaps does, longer than entries may lie idle."""
        pid = int(until(lambda: self.system.service(service), service))
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def settle(self, seconds: float = 60) -> Audit:
        """Wait until all is told and has gone through; return the audit, which says what does not agree."""
        assert self._pusher is not None
        began = time.monotonic()
        until(self._told, "the last line", max(self.size.patience, 60))
        self.record.seconds["told"] = time.monotonic() - began
        until(lambda: all(self.system.service(name) for name in SERVICES), "every service")
        until(lambda: (self.system.get("/readyz") or {}).get("ready"), "ready again", 30)
        audit = Audit(self.site, self.ledger(), self.labels(), BRAND)
        with suppress(AssertionError):
            until(audit.rows, "the rows", self.size.patience)
        self.record.seconds["rows"] = time.monotonic() - began
        with suppress(AssertionError):
            until(audit.agrees, "the sums", seconds)
        self.record.seconds["agreed"] = time.monotonic() - began
        self.record.residue = audit.residue
        if audit.loss:
            shutil.copytree(self.system.data, self._folder / "left", ignore=shutil.ignore_patterns("*.sock"))
        self.record.answers, self.record.counts = self._pusher.answers, self._pusher.counts
        self.record.faults = self._pusher.faults + self._logged()
        return audit

    def _logged(self) -> list[str]:
        """Return what the services logged of errors nobody thought of."""
        lines = [line for file in (self.system.data / "logs").glob("*.log") for line in file.read_text().splitlines()]
        return [line for line in lines if '"exception":' in line][:5]

    def _told(self) -> bool:
        assert self._pusher is not None
        return self.channel.played() and not self._pusher.is_alive()

    def ledger(self) -> Ledger:
        """Return what was told through both doors."""
        both = Ledger()
        both.heard(self.channel.log)
        for part in (self.story.ledger,):
            both.last |= part.last
            both.deleted |= part.deleted
            both.texts |= part.texts
        return both

    def labels(self) -> Counter[str]:
        """Return what has to be counted under each label."""
        return self.ledger().labels(BRAND.lower(), BRAND, self.size.analyzers)
