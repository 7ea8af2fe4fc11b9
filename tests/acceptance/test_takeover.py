"""Two machines, real processes: who is killed or stopped is replaced within 15 s, and there is never more than one."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from alerts.duty import lease_of
from app.bus.server import EmbeddedServer
from tests.fixtures.system import Running, until

pytestmark = [pytest.mark.long]
WITHIN = 15.0
CONFIG = """
brands:
  - {id: nordlicht, name: Nordlicht Strom, query: nordlicht, demo: true}
  - {id: suedwind, name: Südwind, query: suedwind}
sources:
  - {id: demo, connector: demo, speed: 1.0}
"""


@pytest.fixture
def client(redis_server: EmbeddedServer) -> Iterator[redis.Redis]:
    made = redis.Redis.from_url(redis_server.url)
    made.flushall()
    yield made
    made.close()


@pytest.fixture
def machine(
    emberwatch: Callable[..., Running], redis_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Running]:
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    (tmp_path / "config.yaml").write_text(CONFIG)

    def start(service: str, name: str) -> Running:
        running = emberwatch("run", service, "--data", name, "--config", "config.yaml")
        running.says("service ready", 60)
        return running

    return start


def holder(client: redis.Redis, lease: str) -> str:
    return (client.get(f"ew:{{{lease}}}:lease") or b"").decode()


@pytest.mark.parametrize(
    ("service", "leases"),
    [("ingest", ("source:demo", "heartbeat")), ("alerts", (lease_of("nordlicht"), lease_of("suedwind")))],
)
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=lambda blow: blow.name)
def test_another_takes_over(machine, client, service: str, leases: tuple[str, ...], blow: signal.Signals):
    first = machine(service, "one")
    until(lambda: all(holder(client, lease) for lease in leases), "the first to hold everything")
    before = {lease: holder(client, lease) for lease in leases}
    second = machine(service, "two")
    os.kill(first.process.pid, blow)
    began = time.monotonic()
    until(
        lambda: all(holder(client, lease) not in {"", before[lease]} for lease in leases),
        "the second to hold it",
        WITHIN,
    )
    took = time.monotonic() - began
    print(f"{service} after {blow.name}: taken over in {took:.1f} s")  # noqa: T201 # pytest -s shows the figure
    if blow == signal.SIGSTOP:
        os.kill(first.process.pid, signal.SIGCONT)
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            assert all(holder(client, lease) != before[lease] for lease in leases), "who wakes up takes nothing back"
            time.sleep(0.05)
        assert first.process.poll() is None
        assert second.process.poll() is None
