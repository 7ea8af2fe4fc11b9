"""The arena: a whole system on a Redis behind our proxy, told stories through both doors and beaten meanwhile."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from app.bus.server import EmbeddedServer
from tests.fixtures.system import until
from tests.fixtures.whole import SERVICES, Whole
from tests.ledger import Ledger
from tests.proxy import Proxy
from tests.torture.audit import Audit, Site
from tests.torture.blows import VARIABLE, Blow
from tests.torture.channel import Channel
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
    rate: float = 400
    """Mentions a second through each door, at most."""
    batch: int = 50
    """Lines a push."""
    partitions: int = 1
    path: str = "/subscribe"
    analyzers: tuple[str, ...] = ("language", "lexicon")
    patience: float = 90
    """Seconds until all has to have gone through."""


@dataclass
class Record:
    """What a run was like."""

    seconds: dict[str, float] = field(default_factory=dict)
    blows: list[str] = field(default_factory=list)
    answers: Counter[int | str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)


class Arena:
    """A system, its Redis, and those who talk to it; made for one run."""

    def __init__(
        self, system: Callable[[str], Whole], folder: Path, size: Size, seed: int, database: str | None = None
    ) -> None:
        self.size, self.seed, self.record = size, seed, Record()
        self.channel = Channel(folder, size.path, size.posts, size.rate)
        self.story = Story(seed, size.posts)
        words = ", ".join(size.analyzers)
        self.system = system(CONFIG.format(url=self.channel.url, partitions=size.partitions, analyzers=words))
        if database:
            self.system.environment["DATABASE_URL"] = database
        self._database = database
        self._folder = folder
        self._pusher: Pusher | None = None
        self._open()

    def _open(self) -> None:
        """Start the Redis and put the proxy before it."""
        self.redis = EmbeddedServer(self._folder / "redis")
        self.redis.start()
        self.proxy = Proxy(self.redis.url.removeprefix("unix://")).__enter__()
        self.system.environment["REDIS_URL"] = self.proxy.url

    def _close(self) -> None:
        self.proxy.__exit__()
        self.redis.stop()

    def __enter__(self) -> Self:
        began = time.monotonic()
        self.system.start()
        token = self.system.run("token", "add", "story").stdout.split()[0]
        self.channel.start()
        self._pusher = Pusher(self.story, self.system.port, token, self.size.batch, self.size.rate)
        self._pusher.start()
        self.record.seconds["start"] = time.monotonic() - began
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.kill()
        if self._pusher:
            self._pusher.give_up()
        self.system.stop()
        self._close()

    @property
    def site(self) -> Site:
        """Where everything is kept."""
        servers = [self.redis.url]
        return Site(self.system.data, self.redis.url, self.size.partitions, servers, self._database)

    @property
    def told(self) -> int:
        """How many lines and events are told through both doors."""
        assert self._pusher is not None
        return self._pusher.told + self.channel.told

    def suffer(self, blows: list[Blow]) -> None:
        """Take every blow when it is due; the seed stands in the output, so that the same can be drawn again."""
        sys.stdout.write(f"{VARIABLE}={self.seed}\n" + "".join(f"  {blow.kind} at {blow.due}\n" for blow in blows))
        for blow in blows:
            until(lambda due=blow.due: self.told >= due, f"line {blow.due} of {self.told}", self.size.patience)
            began = time.monotonic()
            self.strike(blow.kind)
            self.record.blows.append(f"{blow.kind} at {blow.due} ({time.monotonic() - began:.1f} s)")

    def strike(self, kind: str) -> None:
        """Let one blow happen."""
        match kind:
            case "cut":
                self.proxy.cut()
            case "refuse":
                self.proxy.refuse(1.0)
            case "slow":
                self.proxy.slow(0.02, 400_000, 2.0)
            case "swallow":
                self.proxy.swallow(1.0)
            case "unanswered":
                self.proxy.cut_answers(5)
            case "redis":
                self._kill_redis()
            case "channel":
                self.channel.kill()
                self.channel.start()
            case "everything":
                self.system.crash()
                self.system.start()
            case "frozen":
                self._freeze("analysis", 35.0)
            case _:
                self.system.kill(kind)

    def _kill_redis(self) -> None:
        assert self.redis.pid is not None
        os.kill(self.redis.pid, signal.SIGKILL)
        until(lambda: not self.redis.alive(), "the end of Redis")
        self.redis.start()

    def _freeze(self, service: str, seconds: float) -> None:
        """Stop a service as a machine that swaps does, longer than entries may lie idle."""
        pid = int(until(lambda: self.system.service(service), service))
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def settle(self) -> Audit:
        """Wait until all is told and has gone through; return the audit, which says what does not agree."""
        assert self._pusher is not None
        began = time.monotonic()
        until(self._told, "the last line", self.size.patience)
        self.record.seconds["told"] = time.monotonic() - began
        until(lambda: all(self.system.service(name) for name in SERVICES), "every service")
        until(lambda: (self.system.get("/readyz") or {}).get("ready"), "ready again", 30)
        audit = Audit(self.site, self.ledger(), self.labels(), BRAND)
        with suppress(AssertionError):
            until(audit.rows, "the rows", self.size.patience)
        self.record.seconds["rows"] = time.monotonic() - began
        with suppress(AssertionError):
            until(audit.agrees, "the sums", 60)
        self.record.seconds["agreed"] = time.monotonic() - began
        self.record.answers, self.record.counts = self._pusher.answers, self._pusher.counts
        return audit

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
