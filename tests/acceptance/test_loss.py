"""Kill anything at any time: afterwards rows = ids = tally sums (must show 3)."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from app.bus.redis import RedisBus
from app.bus.server import locate
from app.clock import SystemClock
from app.store.engine import open_store
from tests.fixtures.system import until
from tests.fixtures.whole import SERVICES, Whole

POSTS = 5_000
RATE = 400
VICTIMS = ("ingest", "redis", "analysis", "archive", "channel", "alerts", "dashboard", "redis", "analysis")

CONFIG = """
site: {{name: Test, zone: Europe/Berlin, language: en}}
brands:
  - {{id: probe, name: Probe, query: 'probe'}}
sources:
  - {{id: live, connector: bluesky, url: "{url}"}}
"""


@dataclass(frozen=True)
class Count:
    """What was sent, what is stored, what is counted."""

    ids: int
    rows: int
    tally: int

    def loss(self) -> str:
        """Return in words what does not agree; empty when nothing was lost or doubled."""
        said = []
        if self.rows != self.ids:
            said.append(f"{self.rows} rows for {self.ids} ids")
        if self.tally != self.ids:
            said.append(f"tally sum {self.tally} for {self.ids} ids")
        return "; ".join(said)


@pytest.mark.parametrize("fault", [Count(10, 9, 10), Count(10, 10, 11), Count(10, 11, 10)])
def test_the_loss_count_catches_a_planted_loss_and_a_planted_double(fault: Count) -> None:
    assert fault.loss()


def test_the_loss_count_is_silent_when_all_agree() -> None:
    assert not Count(10, 10, 10).loss()


class Channel:
    """The Jetstream-like server as a process of its own, so that it can be killed."""

    def __init__(self, folder: Path, port: int) -> None:
        self._command = [sys.executable, "-m", "benchmarks.jetstream_process", "--port", str(port), "--rate", str(RATE)]
        self._command += ["--count", str(POSTS), "--brand-text", "Probe", "--log", str(folder / "posts.log")]
        self.url = f"ws://127.0.0.1:{port}/subscribe"
        self._log = folder / "posts.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        assert self._process
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def posted(self) -> int:
        return self._log.read_bytes().count(b"\n") if self._log.exists() else 0


async def counted(data: Path) -> int:
    """Return the sum of the brand's minutes on the bus."""
    bus = RedisBus(str(locate(data)), partitions=1, lag_limit=10**6, clock=SystemClock())
    try:
        state = await bus.snapshot(["probe"], SystemClock().now() - 3600)
    finally:
        await bus.close()
    return sum(
        number
        for name, fields in state.tally.items()
        if ":m:" in name
        for field, number in fields.items()
        if field.endswith(":n")
    )


def archived(data: Path) -> tuple[int, int]:
    """Return stored rows and the sum of the archive's own minutes."""
    store = open_store(f"sqlite:///{data / 'emberwatch.sqlite'}", clock=SystemClock())
    try:
        with store.reading() as tx:
            return tx.mentions.count("probe"), tx.tallies.total("probe")
    finally:
        store.close()


def test_killing_everything_while_5000_mentions_flow_loses_and_doubles_nothing(
    whole: Callable[[str], Whole], tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    channel = Channel(tmp_path, port)
    system = whole(CONFIG.format(url=channel.url))
    system.start()
    channel.start()
    try:
        for step, victim in enumerate(VICTIMS, 1):
            due = step * POSTS // (len(VICTIMS) + 1)
            until(lambda due=due: channel.posted() >= due, f"post {due}", 60)
            if victim == "channel":
                channel.kill()
                channel.start()
            else:
                system.kill(victim)
        until(lambda: channel.posted() >= POSTS, "the last post", 60)
        until(lambda: archived(system.data)[0] >= POSTS, "the last row", 60)
        until(lambda: all(system.service(name) for name in (*SERVICES, "redis")), "every service")
        until(lambda: (system.get("/readyz") or {}).get("ready"), "ready again", 30)
        rows, minutes = archived(system.data)
        assert not Count(POSTS, rows, anyio.run(counted, system.data)).loss()
        assert not Count(POSTS, rows, minutes).loss()
    finally:
        channel.kill()
