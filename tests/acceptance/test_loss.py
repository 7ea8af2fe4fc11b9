"""Kill anything at any time: afterwards rows = ids = tally sums, and nothing that was deleted is left (must show 3)."""

import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import pytest

from app.bus.redis import RedisBus
from app.bus.server import locate
from app.clock import SystemClock
from app.domain.tally import SIGN
from app.store.engine import open_store
from app.store.search import MentionFilter
from tests.fixtures.system import until
from tests.fixtures.whole import SERVICES, Whole
from tests.ledger import ledger, minutes, signs

POSTS = 5_000
RATE = 400
CHANGED = 0.05
VICTIMS = ("ingest", "redis", "analysis", "archive", "channel", "alerts", "dashboard", "redis", "analysis")
TEMPLATES = (
    "Probe: die Rechnung ist schon wieder falsch, Ärger qx{n}qx.",
    "Probe hat heute schnell geholfen, danke qx{n}qx!",
    "Post von Probe, Vorgang qx{n}qx",
)

CONFIG = """
site: {{name: Test, zone: Europe/Berlin, language: en}}
bus: {{partitions: {partitions}}}
brands:
  - {{id: probe, name: Probe, query: 'probe'}}
sources:
  - {{id: live, connector: bluesky, url: "{url}"}}
"""


@dataclass(frozen=True)
class Count:
    """What must be there, or what is."""

    ids: int
    labels: Counter[str]
    """Counted (mention, brand) pairs by label: on the bus, in the archive's minutes and read anew from the texts."""
    rows: int = 0
    pairs: int = 0
    bus: Counter[str] = field(default_factory=Counter)
    archive: Counter[str] = field(default_factory=Counter)
    wrong: frozenset[str] = frozenset()
    """Ids whose stored text is not the last one."""
    lying: frozenset[str] = frozenset()
    """Words of deleted and replaced texts that still lie somewhere."""

    def loss(self) -> str:
        """Return in words what does not agree; empty when nothing was lost, doubled or kept too long."""
        said = []
        if self.rows != self.ids:
            said.append(f"{self.rows} rows for {self.ids} ids")
        if self.pairs != self.labels.total():
            said.append(f"{self.pairs} mentions of the brand, {self.labels.total()} by their texts")
        if self.bus != self.labels:
            said.append(f"the bus counts {self.bus}, the texts {self.labels}")
        if self.archive != self.labels:
            said.append(f"the archive counts {self.archive}, the texts {self.labels}")
        if self.wrong:
            said.append(f"another text than the last one: {sorted(self.wrong)[:3]} of {len(self.wrong)}")
        if self.lying:
            said.append(f"not wiped: {sorted(self.lying)[:3]} of {len(self.lying)}")
        return "; ".join(said)


THREE = Counter(negative=2, neutral=1)
GOOD = Count(4, THREE, rows=4, pairs=3, bus=THREE, archive=THREE)
FAULTS = {
    "a row lost": replace(GOOD, rows=3),
    "a row doubled": replace(GOOD, rows=5),
    "a brand not withdrawn": replace(GOOD, pairs=4),
    "a count doubled": replace(GOOD, bus=Counter(negative=2, neutral=2)),
    "a label not moved": replace(GOOD, bus=Counter(negative=1, neutral=2)),
    "the archive's minutes": replace(GOOD, archive=Counter(negative=3)),
    "an old text": replace(GOOD, wrong=frozenset({"at://x"})),
    "a deleted text": replace(GOOD, lying=frozenset({"qx1qx in a stream"})),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_loss_count_catches_a_planted_fault(fault: str) -> None:
    assert FAULTS[fault].loss()
    assert not GOOD.loss()


class Channel:
    """The Jetstream-like server as a process of its own, so that it can be killed."""

    def __init__(self, folder: Path, path: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._command = [sys.executable, "-m", "benchmarks.jetstream_process", "--port", str(port), "--rate", str(RATE)]
        self._command += ["--count", str(POSTS), "--brand-text", "Probe", "--change", str(CHANGED)]
        self._command += ["--log", str(folder / "posts.log")]
        self._command += [word for template in TEMPLATES for word in ("--template", template)]
        self.url = f"ws://127.0.0.1:{port}{path}"
        self.log, self._said = folder / "posts.log", folder / "said"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(self._command, stdout=said)

    def kill(self) -> None:
        assert self._process
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def played(self) -> bool:
        return b"done" in self._said.read_bytes()

    def posted(self) -> int:
        return self.log.read_bytes().count(b',"app.bsky.feed.post",') if self.log.exists() else 0


async def counted(data: Path, partitions: int) -> Counter[str]:
    """Return what the brand's minutes on the bus count for each label."""
    bus = RedisBus(str(locate(data)), partitions=partitions, lag_limit=10**6, clock=SystemClock())
    try:
        state = await bus.snapshot(["probe"], SystemClock().now() - 3600)
    finally:
        await bus.close()
    found: Counter[str] = Counter()
    for label, sign in SIGN.items():
        fields = (fields for name, fields in state.tally.items() if ":m:" in name)
        found[label] = sum(n for part in fields for name, n in part.items() if name.endswith(f":{sign}"))
    return +found


def stored(data: Path) -> tuple[int, int, dict[str, str]]:
    """Return the rows, those of the brand, and its living texts by id."""
    store = open_store(f"sqlite:///{data / 'emberwatch.sqlite'}", clock=SystemClock())
    try:
        with store.reading() as tx:
            texts: dict[str, str] = {}
            page = tx.mentions.find(MentionFilter(brand="probe"), limit=1_000)
            while page.next:
                texts |= {one.mention.id: one.mention.text for one in page.items}
                page = tx.mentions.find(MentionFilter(brand="probe"), page.next, 1_000)
            texts |= {one.mention.id: one.mention.text for one in page.items}
            return tx.mentions.count(), tx.mentions.count("probe"), texts
    finally:
        store.close()


class Audit:
    """Compares what a system has with what the channel's log says."""

    def __init__(self, system: Whole, log: Path, partitions: int) -> None:
        self._data, self._partitions = system.data, partitions
        self._expected = ledger(log)
        self._labels = self._expected.labels("probe", "Probe")
        self._shown = {address: text for address, text in self._expected.living.items() if "Probe" in text}
        self.loss = "not looked yet"

    def agrees(self) -> bool:
        """Look once; `loss` says what does not agree."""
        archive = self._data / "emberwatch.sqlite"
        rows, pairs, texts = stored(self._data)
        count = Count(
            ids=len(self._expected.last),
            labels=self._labels,
            rows=rows,
            pairs=pairs,
            bus=anyio.run(counted, self._data, self._partitions),
            archive=minutes(archive, "probe"),
            wrong=frozenset(address for address, _ in self._shown.items() ^ texts.items()),
            lying=frozenset(
                f"{sign!r} in {place}"
                for sign, places in signs(str(locate(self._data)), archive).items()
                if sign in self._expected.gone
                for place in places
            ),
        )
        self.loss = count.loss()
        return not self.loss


def storm(whole: Callable[[str], Whole], folder: Path, chance: random.Random, path: str, partitions: int) -> None:
    """Kill every part at random moments while posts, edits, deletions and repetitions flow; nothing may be wrong."""
    channel = Channel(folder, path)
    system = whole(CONFIG.format(url=channel.url, partitions=partitions))
    system.start()
    channel.start()
    try:
        victims = chance.sample(VICTIMS, len(VICTIMS))
        moments = sorted(chance.randrange(POSTS // 20, POSTS) for _ in victims)
        for due, victim in zip(moments, victims, strict=True):
            until(lambda due=due: channel.posted() >= due, f"post {due}", 60)
            if victim == "channel":
                channel.kill()
                channel.start()
            else:
                system.kill(victim)
        until(channel.played, "the last post", 60)
        until(lambda: all(system.service(name) for name in (*SERVICES, "redis")), "every service")
        until(lambda: (system.get("/readyz") or {}).get("ready"), "ready again", 30)
        audit = Audit(system, channel.log, partitions)
        with suppress(AssertionError):
            until(audit.agrees, "the sums", 60)
        assert not audit.loss
    finally:
        channel.kill()


def test_killing_everything_while_5000_mentions_flow_loses_and_doubles_nothing(
    whole: Callable[[str], Whole], tmp_path: Path
) -> None:
    storm(whole, tmp_path, random.Random(1), "/subscribe", 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_at_other_moments_on_four_partitions_with_the_newer_jetstream(
    whole: Callable[[str], Whole], tmp_path: Path, seed: int
) -> None:
    path = "/subscribe" if seed % 2 else "/xrpc/network.bsky.jetstream.subscribeEvents"
    storm(whole, tmp_path, random.Random(seed), path, 4)
