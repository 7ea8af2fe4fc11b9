"""Real processes, really killed: a source that cannot rewind loses nothing, poison takes nobody with it."""

import asyncio
import contextlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import SystemClock
from app.domain.identity import Identity
from app.domain.mention import Author, Mention
from tests.fixtures.system import ROOT, until

pytestmark = pytest.mark.long

CONFIG = """\
brands:
  - {{id: nord, name: Nord, query: nord}}
sources:
  - {{id: wire, connector: fleeting, socket: {wire}}}
analysis: {{analyzers: [language, lexicon, deadly], patience: 0.5}}
"""


@pytest.fixture
def redis(monkeypatch, tmp_path) -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="ember-kills-"))
    server = EmbeddedServer(folder / "redis")
    server.start()
    monkeypatch.setenv("REDIS_URL", server.url)
    (tmp_path / "config.yaml").write_text(CONFIG.format(wire=folder / "wire"))
    yield server
    server.stop()
    shutil.rmtree(folder)


class Feeder(threading.Thread):
    """Says number after number on the wire, each again until it is answered."""

    def __init__(self, wire: Path) -> None:
        super().__init__(daemon=True)
        self._wire, self.answered, self.stopped = wire, 0, threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
                line.settimeout(20)
                line.connect(str(self._wire))
                answers = line.makefile("r")
                while not self.stopped.is_set():
                    line.sendall(f"{self.answered}\n".encode())
                    if answers.readline().strip() != str(self.answered):
                        break
                    self.answered += 1
            time.sleep(0.02)


def read_all(url: str) -> list[Mention]:
    async def read() -> list[Mention]:
        bus = RedisBus(url, partitions=1, lag_limit=10**6, clock=SystemClock())
        await bus.open()
        found: list[Mention] = []
        while entries := await bus.read("analysis", "test", 500, 50):
            found += [entry.event for entry in entries if isinstance(entry.event, Mention)]
        await bus.close()
        return found

    return asyncio.run(read())


def test_what_was_answered_arrives_in_order_though_redis_and_ingest_are_killed(emberwatch, tiny, redis, tmp_path):
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    spool = tmp_path / "data" / "spool" / "wire"
    feeder = Feeder(redis.folder.parent / "wire" if hasattr(redis, "folder") else wire_of(tmp_path))
    ingest = emberwatch("run", "ingest", "--data", "data")
    feeder.start()
    spooled = 0
    try:
        for deed in ("redis", "ingest", "both"):
            goal = feeder.answered + chance.randrange(20, 200)
            until(lambda goal=goal: feeder.answered >= goal, f"{goal} answers, seed {seed}", 40)
            if deed != "ingest":
                redis.stop()
                goal = feeder.answered + 50
                until(lambda goal=goal: feeder.answered >= goal, f"{goal} answers without Redis, seed {seed}", 40)
                spooled = max(spooled, sum(path.stat().st_size for path in spool.glob("*.spool")))
            if deed != "redis":
                ingest.process.kill()
                ingest.process.wait()
                ingest = emberwatch("run", "ingest", "--data", "data") if deed == "ingest" else ingest
            if deed != "ingest":
                redis.start()
            if deed == "both":
                ingest = emberwatch("run", "ingest", "--data", "data")
        goal = feeder.answered + 20
        until(lambda: feeder.answered >= goal, f"the last answers, seed {seed}", 40)
    finally:
        feeder.stopped.set()
    feeder.join(30)
    until(lambda: not list(spool.glob("*.spool")), f"the spool to be drained, seed {seed}", 40)
    came = [int(mention.id) for mention in read_all(redis.url)]
    assert spooled > 0
    assert came == list(range(len(came))), f"seed {seed}"
    assert len(came) >= feeder.answered, f"seed {seed}"


def wire_of(folder: Path) -> Path:
    """Return where the configuration says the wire is."""
    words = (folder / "config.yaml").read_text()
    return Path(words.partition("socket: ")[2].partition("}")[0])


def publish(url: str, texts: list[str]) -> None:
    async def send() -> None:
        bus = RedisBus(url, partitions=1, lag_limit=10**6, clock=SystemClock())
        await bus.open()
        identity, now = Identity(b"x"), time.time()
        events = [
            Mention("x", str(n), now, text, Author("a"), key=identity.key("x", str(n)), brands=("nord",))
            for n, text in enumerate(texts)
        ]
        await bus.publish(events)
        await bus.close()

    asyncio.run(send())


def state(url: str) -> tuple[int, list[str]]:
    """Return how many entries analysis has to do, and the reasons of dead letters."""

    async def ask() -> tuple[int, list[str]]:
        bus = RedisBus(url, partitions=1, lag_limit=10**6, clock=SystemClock())
        await bus.open()
        lag, letters = await bus.lag(), await bus.letters()
        await bus.close()
        return lag["analysis"], [letter.reason for letter in letters]

    return asyncio.run(ask())


def test_a_mention_that_kills_its_worker_is_buried_alone(emberwatch, tiny, redis):
    texts = ["nord ist gut"] * 30
    texts[13] = "nord poison"
    publish(redis.url, texts)
    for _ in range(7):
        worker = emberwatch("run", "analysis", "--data", "data")
        until(lambda worker=worker: worker.process.poll() is not None or state(redis.url)[0] == 0, "an end", 30)
        worker.close()
        if state(redis.url)[0] == 0:
            break
    assert state(redis.url) == (0, ["its worker stopped 3 times while analysing it alone"])


def test_a_worker_in_which_nothing_goes_on_any_more_ends_itself(tiny):
    """The regular expression never ends and lets no other thread of its process do anything."""
    words = "from ingest.analysis import watched\nfrom tests.tiny import DeadlyAnalyzer, quicksand\n"
    words += "with watched(0.5): DeadlyAnalyzer(()).analyse([quicksand()], [])"
    ended = subprocess.run([sys.executable, "-c", words], cwd=ROOT, timeout=30, check=False, capture_output=True)
    assert ended.returncode == 1
    assert b"Timeout" in ended.stderr
    assert b"aaaa" not in ended.stderr
