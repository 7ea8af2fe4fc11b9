"""Restart in the middle: a process that tells people is killed for real, at every point."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from app.clock import SystemClock
from app.crisis import open_incident
from app.domain.person import Person, Way
from app.domain.roster import Once, Shift
from app.store.engine import open_store
from tests.acceptance.telling import SECRET, SERVICE, storm
from tests.fixtures.system import until
from tests.peers.receiver import HANG, Receiver

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


class Teller:
    """The process, its archive, and what it is to tell."""

    def __init__(self, folder: Path, bus, redis: str, receiver: Receiver) -> None:
        self.bus, self.redis, self.receiver = bus, redis, receiver
        self.archive = f"sqlite:///{folder / 'emberwatch.sqlite'}"
        self.store = open_store(self.archive, clock=SystemClock())
        self.section = {"webhook": {"secret": SECRET}, "gather": 0, "pause": 0}
        self.process: subprocess.Popen[bytes] | None = None
        now = time.time()
        with self.store.transaction() as tx:
            for name, kind in (("anna", "webhook"), ("ben", "webhook"), ("cleo", "apprise")):
                address = {"webhook": f"{receiver.url}/{name}", "apprise": f"json://127.0.0.1:{receiver.port}/{name}"}
                tx.people.put(Person(name, name.title(), ways=(Way("w1", kind, address[kind]),)))
            tx.people.put_shift(Shift("s1", "anna", Once(now - 60, now + 3600)))
            tx.people.put_shift(Shift("s2", "ben", Once(now - 60, now + 3600), "backup"))

    def start(self) -> None:
        told = [sys.executable, "-W", "ignore", "-m", "tests.acceptance.teller"]
        self.process = subprocess.Popen(
            [*told, self.archive, self.redis, json.dumps(self.section)], cwd=ROOT, stdout=subprocess.PIPE
        )
        line = self.process.stdout.readline()
        assert line, "it did not start"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    async def begin(self, name: str = "i1", topic: str | None = None) -> None:
        incident = storm(name, topic=topic, since=time.time() - 60)
        await open_incident(self.store, self.bus, SERVICE, incident, time.time())

    def states(self) -> Counter[str]:
        with self.store.reading() as tx:
            return Counter(f"{one.person} {one.state}" for one in tx.deliveries.find(limit=500).items)

    async def until(self, condition, what: str) -> None:
        await to_thread.run_sync(until, condition, what, PATIENCE)

    def accepted(self) -> list[str]:
        """Return the keys of what came, repetitions included."""
        return [came.headers["webhook-id"] for came in self.receiver.came]


@pytest.fixture
async def teller(tmp_path, bus, redis_server):
    async with Receiver.running() as receiver:
        made = Teller(tmp_path, bus, redis_server.url, receiver)
        yield made
        await to_thread.run_sync(made.kill)
        made.store.close()


async def test_killed_on_the_wire_a_webhook_comes_again_under_its_id_and_after_its_proof_never(teller):
    teller.receiver.script = [HANG]
    await teller.begin("i1", topic="abschlag")
    await to_thread.run_sync(teller.start)
    await teller.until(lambda: teller.receiver.came, "the webhook")
    await to_thread.run_sync(teller.kill)
    assert teller.states() == {"anna sending": 1}
    await to_thread.run_sync(teller.start)
    await teller.until(lambda: teller.states() == {"anna delivered": 1}, "the proof")
    assert len(teller.accepted()) == 2
    assert len(set(teller.accepted())) == 1

    await to_thread.run_sync(teller.kill)
    await to_thread.run_sync(teller.start)
    await teller.begin("i2", topic="tarif")
    await teller.until(lambda: teller.states() == {"anna delivered": 2}, "the second storm")
    assert len(teller.accepted()) == 3, "what was proved before the kill is not repeated"


@pytest.mark.long
async def test_killed_on_the_wire_a_service_that_knows_no_repetition_is_left_to_the_next(teller):
    with teller.store.transaction() as tx:
        tx.people.put_shift(Shift("s1", "cleo", Once(time.time() - 60, time.time() + 3600)))
    teller.receiver.script = [HANG]
    await teller.begin()
    await to_thread.run_sync(teller.start)
    await teller.until(lambda: teller.receiver.came, "the message")
    await to_thread.run_sync(teller.kill)
    await to_thread.run_sync(teller.start)
    await teller.until(lambda: teller.states()["ben delivered"] == 1, "the next in the chain")
    assert teller.states() == {"cleo unclear": 1, "ben delivered": 1}
    assert [came.path for came in teller.receiver.came] == ["/cleo", "/ben"]


@pytest.mark.long
async def test_killed_again_and_again_nothing_is_lost_and_only_the_wire_repeats(teller):
    """Six kills at random moments while twenty storms begin."""
    dice = random.Random(6)
    await to_thread.run_sync(teller.start)
    for number in range(20):
        await teller.begin(f"i{number}", topic=f"topic{number}")
        if number % 3 == 2:
            await anyio.sleep(dice.random() * 1.5)
            await to_thread.run_sync(teller.kill)
            await to_thread.run_sync(teller.start)
    await teller.until(lambda: teller.states() == {"anna delivered": 20}, "all twenty")
    with teller.store.reading() as tx:
        kept = tx.deliveries.find(limit=100).items
    assert {one.incident for one in kept} == {f"i{number}" for number in range(20)}
    assert set(teller.accepted()) == {one.id for one in kept}
    repeated = {key for key, times in Counter(teller.accepted()).items() if times > 1}
    cut = {one.id for one in kept if any(tried.outcome == "unclear" for tried in one.attempts)}
    assert repeated <= cut, "whatever came twice was on the wire at a kill"
