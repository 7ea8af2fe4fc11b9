"""The bus on a cluster whose nodes die, lag behind, come back, and whose slots move."""

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest
from redis.crc import key_slot

from app.bus import keys
from app.bus.port import Accepted, Delta
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.domain.mention import Mention
from app.domain.tally import TallyDelta, merge
from app.errors import BusUnavailable
from tests.fixtures.bus import emptied
from tests.fixtures.cluster import Node, RedisCluster
from tests.load import Load, until
from tests.traffic import NOW, counted, said, settle, work

pytestmark = pytest.mark.anyio
MANY = 3000
PARTITIONS = 6


async def patiently(call, *arguments):
    """Ask again while the bus is away."""
    with anyio.fail_after(10):
        while True:
            try:
                return await call(*arguments)
            except BusUnavailable:
                await anyio.sleep(0.05)


@pytest.fixture
async def bus(redis_cluster: RedisCluster) -> AsyncIterator[RedisBus]:
    redis_cluster.restart()
    bus = RedisBus(redis_cluster.url, partitions=PARTITIONS, lag_limit=200_000, clock=SystemClock())
    await emptied(bus)
    yield bus
    await bus.close()


def of_partition(partition: int, count: int) -> list[Mention]:
    found = (said(n) for n in range(1000))
    return [mention for mention in found if keys.of_key(mention.key, PARTITIONS) == partition][:count]


async def test_while_a_slot_moves_nothing_is_done_by_halves_and_then_it_goes_on(bus, redis_cluster):
    """A script that found half of its keys moved would break off in the middle: so it is refused as a whole."""
    batch = of_partition(0, 5)
    await bus.publish(batch[:2])
    entries = await bus.read("analysis", "a", 100, 1)
    here = redis_cluster.owner("{p0}")
    there = next(node for node in redis_cluster.nodes if node.master and node is not here)
    slot = key_slot(b"p0")
    names = {node: node.client.cluster("myid").decode() for node in (here, there)}
    there.client.cluster("setslot", slot, "importing", names[here])
    here.client.cluster("setslot", slot, "migrating", names[there])
    with pytest.raises(BusUnavailable, match="moving"):
        await bus.publish(batch)
    with pytest.raises(BusUnavailable, match="moving"):
        await settle(bus, entries)
    while found := here.client.cluster("getkeysinslot", slot, 100):
        here.client.execute_command("MIGRATE", "127.0.0.1", there.port, "", 0, 5000, "KEYS", *found)
    for node in (there, here):
        node.client.cluster("setslot", slot, "node", names[there])
    assert await settle(bus, entries) == []
    assert (await patiently(bus.publish, batch)).accepted == 3
    assert await counted(bus) == 2


async def test_groups_that_were_lost_come_back_and_what_was_settled_stays_settled(bus):
    batch = [said(n) for n in range(20)]
    await bus.publish(batch)
    await work(bus)
    first = Load(bus, 20)
    first.met(await bus.read_analysed("archive", "a", 100, 1))
    for partition in range(PARTITIONS):
        for name, groups in keys.GROUPS.items():
            for group in groups:
                await bus._connection.client.xgroup_destroy(keys.stream(partition, name), group)
    again = await work(bus, ours=False)
    assert len(again) == 20
    assert await counted(bus) == 20
    first.met(await bus.read_analysed("archive", "a", 100, 1))
    assert first.doubled == {}
    assert sum(first.tallied.values()) == 20


async def test_a_node_that_hangs_is_unavailable_soon(bus, redis_cluster):
    stopped = redis_cluster.owner("ew:sources")
    redis_cluster.patience(60_000)
    os.kill(stopped.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(BusUnavailable):
            await bus.sources()
        assert time.monotonic() - began < 5
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
        redis_cluster.patience()
    assert await patiently(bus.sources) == []


class Screen:
    """A wall: re-reads the state when told to, and adds deltas to it."""

    def __init__(self, bus: RedisBus) -> None:
        self.bus = bus
        self.tally: TallyDelta = {}
        self.seq: dict[int, int] = {}
        self.reread = 0

    async def follow(self) -> None:
        async for delta in self.bus.deltas():
            if isinstance(delta, Delta):
                if delta.seq > self.seq.get(delta.partition, 0):
                    self.seq[delta.partition] = delta.seq
                    merge(self.tally, delta.tally)
                continue
            while True:
                try:
                    state = await self.bus.snapshot(["acme"], NOW - 3600)
                except BusUnavailable:
                    await anyio.sleep(0.05)
                    continue
                break
            self.tally, self.seq = {name: dict(fields) for name, fields in state.tally.items()}, dict(state.seq)
            self.reread += 1

    def shown(self) -> int:
        return sum(n for name, fields in self.tally.items() if ":s:" in name for n in fields.values())


async def test_a_failover_under_load_loses_and_doubles_nothing_and_the_wall_goes_on(bus, redis_cluster):
    load, screen = Load(bus, MANY), Screen(bus)

    async def fail() -> None:
        await until(lambda: len(load.accepted) >= MANY // 4)
        dead = await anyio.to_thread.run_sync(redis_cluster.kill_master, 0)
        await until(lambda: len(load.accepted) >= MANY * 3 // 4)  # without any replica for those partitions
        await anyio.to_thread.run_sync(redis_cluster.restart, dead)

    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(screen.follow)
            async with anyio.create_task_group() as work_group:
                for task in (load.publish, load.analyse, load.archive, fail):
                    work_group.start_soon(task)
            await until(lambda: screen.shown() == MANY)
            group.cancel_scope.cancel()
    assert load.outages
    assert screen.reread > 1
    assert await counted(bus) == MANY
    assert len(load.archived) == MANY
    assert load.doubled == {}
    assert sum(load.tallied.values()) == MANY
    assert await bus.publish([said(n) for n in range(MANY)]) == Accepted(duplicates=MANY)


@pytest.fixture
def cut_off(redis_cluster: RedisCluster) -> Iterator[tuple[Node, Node]]:
    """The master of partition 0 and its replica."""
    redis_cluster.restart()
    master = redis_cluster.owner("{p0}")
    replica = next(n for n in redis_cluster.nodes if n.state().get("master_port") == master.port)
    yield master, replica
    os.kill(replica.pid, signal.SIGCONT)
    redis_cluster.patience()
    redis_cluster.restart()


def cut(cluster: RedisCluster, pair: tuple[Node, Node]) -> None:
    """Let the replica get nothing more, while nobody knows yet that it has failed."""
    master, replica = pair
    cluster.patience(60_000)
    os.kill(replica.pid, signal.SIGSTOP)
    master.client.execute_command("CLIENT", "KILL", "TYPE", "replica")


def fail_over(cluster: RedisCluster, pair: tuple[Node, Node]) -> None:
    """Promote the replica that lacks what its master was given last."""
    master, replica = pair
    master.kill()
    os.kill(replica.pid, signal.SIGCONT)
    cluster.patience()
    cluster.promoted("{p0}")


@pytest.mark.long
async def test_what_no_replica_has_is_not_accepted_and_can_be_given_again(bus, redis_cluster, cut_off):
    batch = of_partition(0, 5)
    await bus.publish(of_partition(0, 6)[5:])
    cut(redis_cluster, cut_off)
    with pytest.raises(BusUnavailable, match="replica"):
        await bus.publish(batch)
    await anyio.to_thread.run_sync(fail_over, redis_cluster, cut_off)
    assert (await patiently(bus.publish, batch)).accepted == 5


async def test_what_no_replica_has_is_neither_accepted_nor_leased(bus, redis_cluster, cut_off):
    names = (f"source:{n}" for n in range(100))
    neighbour = next(name for name in names if redis_cluster.owner(f"{{{name}}}") is cut_off[0])
    await bus.lease(neighbour, "me", 5)
    await bus.publish(of_partition(0, 1))
    cut(redis_cluster, cut_off)
    with pytest.raises(BusUnavailable, match="replica"):
        await bus.publish(of_partition(0, 5))
    with pytest.raises(BusUnavailable, match="replica"):
        await bus.lease(neighbour, "me", 5)


@pytest.mark.long
async def test_without_waiting_for_replicas_a_failover_loses_what_was_accepted(bus, redis_cluster, cut_off):
    """Planted fault: this is what is waited for."""
    hasty = RedisBus(redis_cluster.url, partitions=PARTITIONS, lag_limit=1000, clock=SystemClock(), replicas=0)
    batch = of_partition(0, 5)
    await hasty.known([batch[0].key])
    cut(redis_cluster, cut_off)
    assert (await hasty.publish(batch)).accepted == 5
    await anyio.to_thread.run_sync(fail_over, redis_cluster, cut_off)
    assert await patiently(hasty.known, [mention.key for mention in batch]) == {}
    await hasty.close()


@pytest.mark.long
@pytest.mark.parametrize("replicas", [None, 0], ids=["waiting for the replica", "planted: not waiting"])
async def test_the_archive_is_given_only_what_keeps_its_place(bus, redis_cluster, cut_off, replicas):
    archive = RedisBus(redis_cluster.url, partitions=PARTITIONS, lag_limit=1000, clock=SystemClock(), replicas=replicas)
    load = Load(archive, 5)
    await bus.publish(of_partition(0, 5))
    assert await archive.read_analysed("archive", "a", 100, 1) == []
    entries = await bus.read("analysis", "a", 100, 1)
    cut(redis_cluster, cut_off)
    assert await settle(bus, entries) == []
    if replicas is None:
        with pytest.raises(BusUnavailable, match="replica"):
            await archive.read_analysed("archive", "a", 100, 1)
    else:
        load.met(await archive.read_analysed("archive", "a", 100, 1))
        assert len(load.entries) == 5
    await anyio.to_thread.run_sync(fail_over, redis_cluster, cut_off)
    again = await patiently(bus.claim, "analysis", "a") or await patiently(bus.read, "analysis", "a", 100, 1)
    assert await settle(bus, again) == []
    with anyio.fail_after(5):
        while sum(load.tallied.values()) < (5 if replicas is None else 10):
            load.met(await patiently(archive.read_analysed, "archive", "a", 100, 1))
    assert await counted(bus) == 5
    assert len(load.doubled) == (0 if replicas is None else 5)
    await archive.close()


@pytest.mark.long
async def test_a_cluster_with_a_password_and_tls_works_alike(tmp_path):
    certificate = tmp_path / "cert.pem"
    subject = ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1"]
    where = ["-keyout", f"{certificate}.key", "-out", str(certificate)]
    await anyio.run_process(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *where]
    )
    cluster = RedisCluster(tmp_path, "s,ecret", certificate)
    bus = RedisBus(cluster.url, partitions=PARTITIONS, lag_limit=1000, clock=SystemClock())
    try:
        await anyio.to_thread.run_sync(cluster.start)
        await bus.open()
        assert (await bus.publish([said(n) for n in range(50)])).accepted == 50
        assert len(await work(bus)) == 50
        deltas = bus.deltas()
        assert await anext(deltas) is None
        await deltas.aclose()
        await anyio.to_thread.run_sync(cluster.kill_master, 0)
        assert await patiently(counted, bus) == 50
    finally:
        await bus.close()
        cluster.close()
