"""A burst is absorbed: the wall stays live and says how far it is behind, then all is worked off and nothing lost."""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis

from app.bus.server import locate
from tests.fixtures.system import ROOT, until
from tests.fixtures.whole import Whole
from tests.ledger import Ledger
from tests.torture.audit import Audit, Site
from tests.torture.burst import name, text
from tests.torture.watcher import Watcher

CONFIG = """
site: {name: Test, zone: Europe/Berlin, language: en}
analysis: {analyzers: []}
brands:
  - {id: probe, name: Probe, query: 'probe'}
sources:
  - {id: push, connector: push}
"""


def ledger(count: int) -> Ledger:
    told = Ledger()
    for number in range(count):
        told.said(name(number), "", text(number))
    return told


def peak(pid: int) -> int:
    """Return the most bytes of memory a process ever had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


@pytest.mark.long
def test_a_hundred_thousand_mentions_in_ten_seconds_are_absorbed(whole: Callable[[str], Whole]) -> None:
    absorbs(whole(CONFIG), 100_000, 10.0)


def absorbs(system: Whole, count: int, seconds: float) -> None:
    system.start()
    url = str(locate(system.data))
    watcher = Watcher(system.url)
    watcher.start()
    try:
        until(lambda: watcher.arrivals, "the first frame")
        dashboard = int(until(lambda: system.service("dashboard"), "dashboard"))
        before, began = peak(dashboard), time.monotonic()
        told = feed(system, count, seconds)
        told["dashboard before"] = before
        audit = Audit(Site(system.data, url, 1, [url]), ledger(count), Counter(uncertain=count), "Probe")
        until(audit.rows, "every row", 240)
        told |= {"drained": time.monotonic() - began, "pause": watcher.pause(began), "lag": watcher.lag}
        with Redis.from_url(url, protocol=2) as client:
            told["redis peak"] = client.info("memory")["used_memory_peak"]
        told["dashboard peak"] = peak(dashboard)
    finally:
        watcher.stop()
    sys.stdout.write(f"{told}\n")
    with suppress(AssertionError):
        until(audit.agrees, "the sums", 60)
    assert not audit.loss
    assert told["accepted"] == count
    assert told["seconds"] < 1.5 * seconds
    assert told["pause"] < 1.5
    assert told["lag"] > 0


def feed(system: Whole, count: int, seconds: float) -> dict[str, float]:
    """Let the burst happen; the system takes it as it comes."""
    command = [sys.executable, "-m", "tests.torture.burst", "--config", str(system.config), "--data", str(system.data)]
    command += ["--count", str(count), "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    answer: dict[str, float] = json.loads(done.stdout)
    return answer
