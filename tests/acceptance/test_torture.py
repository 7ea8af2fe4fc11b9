"""Beat anything at any time: afterwards rows = ids = tally sums, and nothing that was deleted is left."""

import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from app.bus import keys
from tests.fixtures.cluster import RedisCluster
from tests.fixtures.system import until
from tests.fixtures.whole import Whole
from tests.torture.arena import Arena, Size
from tests.torture.audit import Audit, Count
from tests.torture.blows import KILLED, LINES, plan, seeded
from tests.torture.servers import Lone, Spread

SHORT = Size(posts=2_000, seed=seeded(1))
FEW = ("everything", "redis", "analysis", "archive", "channel", "cut", "swallow")
"""What a short run suffers; the long ones suffer all there is, several times."""
THREE = Counter(negative=2, neutral=1)
GOOD = Count(4, THREE, rows=4, pairs=3, bus=THREE, archive=THREE, hours=THREE, log=THREE)
FAULTS = {
    "a row lost": replace(GOOD, rows=3),
    "a row doubled": replace(GOOD, rows=5),
    "a brand not withdrawn": replace(GOOD, pairs=4),
    "a count doubled": replace(GOOD, bus=Counter(negative=2, neutral=2)),
    "a label not moved": replace(GOOD, bus=Counter(negative=1, neutral=2)),
    "the archive's minutes": replace(GOOD, archive=Counter(negative=3)),
    "the archive's hours": replace(GOOD, hours=Counter(negative=3)),
    "the log of deltas": replace(GOOD, log=Counter(negative=2, neutral=2)),
    "an old text": replace(GOOD, wrong=frozenset({"at://x"})),
    "a deleted text": replace(GOOD, lying=frozenset({"qx1qx in a stream"})),
    "a dead letter": replace(GOOD, dead=1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_count_catches_a_planted_fault(fault: str) -> None:
    assert FAULTS[fault].loss()
    assert not GOOD.loss()


@pytest.mark.timeout(300)
def test_killing_everything_and_cutting_the_line_while_4000_mentions_flow_loses_and_doubles_nothing(
    whole: Callable[[str], Whole], tmp_path: Path
) -> None:
    with Arena(whole, tmp_path, SHORT, Lone(tmp_path)) as arena:
        audit = survives(arena, FEW)
        plant(arena, audit)


def survives(arena: Arena, kinds: tuple[str, ...]) -> Audit:
    """Let all that happen while everything is told; in the end nothing may be wrong."""
    arena.suffer(plan(arena.size.seed, 2 * arena.size.posts, kinds))
    audit = arena.settle()
    sys.stdout.write(f"{arena.record}\n")
    assert not audit.loss
    assert not arena.record.faults
    return audit


MANY = 3
"""How often each blow falls in the long form."""


@pytest.mark.long
def test_killing_everything_and_cutting_the_line_while_200000_mentions_flow(
    whole: Callable[[str], Whole], tmp_path: Path
) -> None:
    size = Size(posts=100_000, seed=seeded(2), rate=2_500, batch=500, partitions=2, patience=300)
    with Arena(whole, tmp_path, size, Lone(tmp_path)) as arena:
        survives(arena, (KILLED + LINES) * MANY)


@pytest.mark.long
def test_the_same_on_postgresql_with_two_workers_of_which_one_is_frozen(
    whole: Callable[[str], Whole], tmp_path: Path, postgres_url: str
) -> None:
    size = Size(
        posts=20_000,
        seed=seeded(3),
        rate=1_000,
        batch=200,
        path="/xrpc/network.bsky.jetstream.subscribeEvents",
        second=("analysis", "archive"),
        patience=180,
    )
    with Arena(whole, tmp_path, size, Lone(tmp_path), postgres_url) as arena:
        survives(arena, (*KILLED, *LINES, "second", "second", "frozen"))


@pytest.mark.long
def test_the_same_on_a_cluster_whose_masters_die(
    whole: Callable[[str], Whole], tmp_path: Path, redis_cluster: RedisCluster
) -> None:
    size = Size(posts=20_000, seed=seeded(4), rate=600, batch=200, partitions=6, patience=180)
    servers = Spread(redis_cluster, size.partitions, size.seed)
    with Arena(whole, tmp_path, size, servers) as arena:
        survives(arena, (*KILLED, "redis", "redis", "cut", "cut", "swallow", "swallow"))
        assert servers.promoted == 3


@pytest.mark.long
def test_a_backup_made_under_load_and_restored_elsewhere_catches_up_to_the_same_counts(
    whole: Callable[[str], Whole], tmp_path: Path
) -> None:
    size = Size(posts=8_000, seed=seeded(5), rate=800, batch=200, partitions=2)
    with Arena(whole, tmp_path, size, Lone(tmp_path)) as arena:
        until(lambda: arena.told > size.posts, "half of all", 60)
        made = arena.system.run("backup", str(tmp_path / "all.zip"))
        assert made.returncode == 0, made.stderr
        assert not arena.settle().loss
        (tmp_path / "elsewhere").mkdir()
        arena.move(whole(arena.config), Lone(tmp_path / "elsewhere"), tmp_path / "all.zip")
        assert not arena.settle().loss


def plant(arena: Arena, audit: Audit) -> None:
    """Plant losses and doubles in a system in which all agrees; the audit has to see every one."""
    gone = next(iter(audit.gone)).decode()
    with Redis.from_url(arena.servers.direct, protocol=2) as client:
        minutes = next(client.scan_iter(match="*:t:probe:m:*"))
        place = next(name for name in client.hkeys(minutes) if name.endswith(b":0"))
        client.hincrby(minutes, place, 1)
        assert "the bus counts" in audit.anew()
        client.hincrby(minutes, place, -1)
        letter = client.xadd(keys.stream(0, keys.DEAD), {"e": f"still here: {gone}"})
        assert "not wiped" in audit.anew()
        assert "1 dead letters" in audit.loss
        client.xdel(keys.stream(0, keys.DEAD), letter)
    with closing(sqlite3.connect(arena.system.data / "emberwatch.sqlite", isolation_level=None)) as raw:
        for wrong, says in LIES.items():
            raw.execute("BEGIN IMMEDIATE")
            raw.execute(wrong)
            raw.execute("COMMIT")
            assert says in audit.anew()


LIES = {
    "INSERT INTO tally_delta SELECT partition, 'again', at, delta FROM tally_delta LIMIT 1": "the log of deltas",
    "UPDATE tally_minute SET negative = 9 WHERE start = (SELECT max(start) FROM tally_minute)": "the archive counts",
    "UPDATE tally_hour SET negative = 9 WHERE start = (SELECT max(start) FROM tally_hour)": "by hours",
    "UPDATE mention SET text = 'Probe' WHERE key = (SELECT max(key) FROM mention WHERE text LIKE 'P%')": "the last",
    "DELETE FROM mention WHERE key = (SELECT max(key) FROM mention)": "rows for",
}
"""Statement → what the audit then has to say."""
