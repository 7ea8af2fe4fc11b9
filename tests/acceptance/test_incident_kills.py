"""Real processes that handle incidents are killed at any instant: rows, log and audit stay of one piece, once each."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.events import IncidentEvent
from app.domain.incident import Incident
from app.store.engine import open_store

pytestmark = [pytest.mark.long]
ROUNDS = 3
HANDS = """
import asyncio, json, sys
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.crisis import By, Handling, Record, Silencing, open_incident
from app.domain.actor import LOOPBACK, system
from app.domain.incident import Incident
from app.errors import Conflict
from app.store.engine import open_store

async def main(url, redis, begin):
    clock = SystemClock()
    store, bus = open_store(url, clock=clock), RedisBus(redis, partitions=1, lag_limit=1000, clock=clock)
    handling, record = Handling(store, bus, clock), Record(store, bus, clock)
    by = By(LOOPBACK)
    for number in range(begin, begin + 10_000):
        name, topic = f"i{number}", f"t{number}" if number % 3 else None
        try:
            incident = Incident(name, "acme", clock.now(), "firing", "warning", (), topic=topic)
            await open_incident(store, bus, system("alerts"), incident, clock.now())
            print(json.dumps([name, "opened"]), flush=True)
            await handling.acknowledge(by, name)
            print(json.dumps([name, "acknowledged"]), flush=True)
            await record.comment(by, name, "seen")
            print(json.dumps([name, "commented"]), flush=True)
            await handling.resolve(by, name, "over", "real")
            print(json.dumps([name, "resolved"]), flush=True)
        except Conflict:
            for one in await asyncio.to_thread(alive, store):
                try:
                    await handling.resolve(by, one.id, "left behind")
                except Conflict:
                    pass

def alive(store):
    with store.reading() as tx:
        return tx.incidents.open("acme")

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_what_was_confirmed_is_there_once_and_nothing_is_half(where, tmp_path, redis_server, request):
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    if where == "postgresql":
        url = request.getfixturevalue("postgres_url")
    open_store(url, clock=SystemClock()).close()
    confirmed: list[tuple[str, str]] = []
    chance = random.Random(5)
    for round_ in range(ROUNDS):
        hands = [
            subprocess.Popen(
                [sys.executable, "-c", HANDS, url, redis_server.url, str(10_000 * (2 * round_ + twin))],
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
                text=True,
            )
            for twin in range(2)
        ]
        for one in hands:
            assert one.stdout.readline(), "it got to work"
        time.sleep(chance.uniform(0.1, 0.9))
        for one in hands:
            os.kill(one.pid, signal.SIGKILL)
            out, _ = one.communicate()
            confirmed += [tuple(json.loads(line)) for line in out.splitlines() if line.endswith("]")]
    with closing(open_store(url, clock=SystemClock())) as store:
        assert_whole(store, confirmed)


def assert_whole(store, confirmed: list[tuple[str, str]]) -> None:
    with store.reading() as tx:
        kept = {one.id: one for one in tx.incidents.find(limit=100_000).items}
        logs = {name: [event.kind for event in tx.events.of(name)] for name in kept}
        audited = [(row.subject, row.verb) for row in tx.audit.find(limit=100_000).items]
        assert len(tx.incidents.open("acme")) <= len(kept)
        wholes = [one for one in tx.incidents.open("acme") if one.topic is None]
    assert len(wholes) <= 1
    assert len(confirmed) > 50
    for name, kind in confirmed:
        inherited = kind == "acknowledged" and kept[name].acknowledged_at is not None  # of a topic it took in
        assert logs[name].count(kind) == 1 or (inherited and kind not in logs[name]), (name, kind)
    for name, one in kept.items():
        log = logs[name]
        assert log[0] == "opened"
        assert len(log) == len(set(log)), log
        assert (one.state == "resolved") == ("resolved" in log)
        assert (one.acknowledged_at is not None) >= ("acknowledged" in log)
        deeds = [verb for subject, verb in audited if subject == name]
        assert len(deeds) == len(log) - (one.folded_into is not None), (log, deeds)


def test_a_log_without_its_row_is_caught(store):
    """Planted fault: an event that no audit row stands behind."""
    with store.transaction() as tx:
        tx.incidents.save(Incident("i1", "acme", 1.0, "firing", "warning", ()))
        tx.events.append(IncidentEvent("i1", "acme", 1.0, "opened", "system", "alerts", "warning"))
    with pytest.raises(AssertionError):
        assert_whole(store, [("i1", "opened")] * 51)
