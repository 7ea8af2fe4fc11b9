"""Corrections while real workers and archives are killed: each counts once, and no edit undoes one."""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from app.bus.redis import RedisBus
from app.bus.server import EmbeddedServer
from app.clock import SystemClock
from app.domain.actor import LOOPBACK
from app.domain.identity import Identity
from app.domain.mention import Author, Mention
from app.judgement import Judgements
from app.store.corrections import Said
from app.store.engine import Store, open_store
from tests.fixtures.store import losses
from tests.fixtures.system import Running, until

pytestmark = pytest.mark.long
CONFIG = "brands:\n  - {id: nord, name: Nord, query: nord}\nanalysis: {analyzers: [language, lexicon]}\n"
NUMBER = 120
AT = time.time() - 60


@pytest.fixture
def redis(monkeypatch, tmp_path) -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="ember-judge-"))
    server = EmbeddedServer(folder / "redis")
    server.start()
    monkeypatch.setenv("REDIS_URL", server.url)
    (tmp_path / "config.yaml").write_text(CONFIG)
    yield server
    server.stop()
    shutil.rmtree(folder)


def mention(identity: Identity, number: int, *, revision: int = 0) -> Mention:
    text = f"nord ist eine Frechheit {number} {revision}"
    key = identity.key("x", str(number))
    return Mention("x", str(number), AT, text, Author(f"a{number}"), key=key, brands=("nord",), revision=revision)


def counted(store: Store) -> tuple[int, int, int, int]:
    with store.reading() as tx:
        found = tx.tallies.read("nord", AT - 7200, AT + 7200, 3600)
    return tuple(sum(getattr(one, name) for one in found) for name in ("count", "negative", "neutral", "positive"))


async def talk(bus: RedisBus, store: Store, chance: random.Random, kill: Callable[[], None]) -> None:
    """Correct every other mention while workers die, and edit every third, some before and some after."""
    identity, judgements = Identity(store.secret()), Judgements(store, bus, SystemClock())
    await bus.publish([mention(identity, number) for number in range(NUMBER)])
    keys = {identity.key("x", str(number)) for number in range(NUMBER)}

    async def archived() -> list[object]:
        with store.reading() as tx:
            return [] if len(tx.mentions.known(keys)) == NUMBER else ["not archived"]

    await none(archived, 60)
    for number in chance.sample(range(NUMBER), NUMBER):
        deeds = ["judge"] * (number % 2 == 0) + ["edit"] * (number % 3 == 0)
        for deed in chance.sample(deeds, len(deeds)):
            if deed == "edit":
                await bus.publish([mention(identity, number, revision=5)])
            else:
                key = identity.key("x", str(number))
                await judgements.judge(LOOPBACK, key, [Said("sentiment", "positive")])
        if not number % 20:
            kill()

    async def left() -> list[object]:
        with store.reading() as tx:
            keys = tx.corrections.undelivered()
        undelivered = [key for key in keys if not await judgements.deliver(key)]
        return [*undelivered, *((name, number) for name, number in (await bus.lag()).items() if number)]

    await none(left, 150)


async def none(ask: Callable[[], Awaitable[list[object]]], seconds: float) -> None:
    """Wait until nothing is left; fail with what is."""
    deadline = time.monotonic() + seconds
    while left := await ask():
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.1)


async def with_bus(url: str, *others: object) -> None:
    bus = RedisBus(url, partitions=1, lag_limit=10**6, clock=SystemClock())
    try:
        await bus.open()
        await talk(bus, *others)
    finally:
        await bus.close()


def test_every_correction_counts_once_though_workers_and_archives_are_killed(emberwatch, redis, tmp_path):
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    services = ("analysis", "analysis", "archive", "archive")
    running: list[tuple[str, Running]] = [(name, emberwatch("run", name, "--data", "data")) for name in services]
    data = tmp_path / "data" / "emberwatch.sqlite"
    until(lambda: data.exists() and data.stat().st_size > 100_000, "the archive's file", 40)
    for _, one in running:
        one.says("service ready", 40)

    def kill() -> None:
        place = chance.randrange(len(running))
        name, victim = running[place]
        victim.process.kill()
        victim.process.wait()
        running[place] = (name, emberwatch("run", name, "--data", "data"))

    store = open_store(data, clock=SystemClock())
    asyncio.run(with_bus(redis.url, store, chance, kill))
    right = (NUMBER, NUMBER // 2, 0, NUMBER // 2)
    assert counted(store) == right, f"seed {seed}"
    identity = Identity(store.secret())
    assert losses(store, [(identity.key("x", str(n)), "nord") for n in range(NUMBER)]) == [], f"seed {seed}"
    with store.reading() as tx:
        for number in range(NUMBER):
            kept = tx.mentions.get(identity.key("x", str(number))).analysed
            wanted = ("positive", ("sentiment",)) if number % 2 == 0 else ("negative", ())
            assert (kept.analysis.sentiment.label, kept.analysis.corrected) == wanted, f"{number}, seed {seed}"
            assert kept.mention.revision == (5 if number % 3 == 0 else 0), f"{number}, seed {seed}"
    store.close()
