"""Publishing: mentions a second that the bus accepts durably, beside what redis-benchmark gets appended.

Ours encodes, remembers every key for eight days, drops duplicates and appends, in batches of 500 from one process that
two sources share. The limit is `redis-benchmark -P 100` with 50 connections, which appends one ready-made entry of
the same size over and over. Same server, settings and append-only file; in turns, each on an emptied server.
"""

import shutil
import subprocess

from app.bus.codec import EVENT
from app.domain.identity import Identity
from benchmarks.posts import posts
from benchmarks.publisher import CHUNK, prepared
from benchmarks.report import Report, Row, Series, median
from benchmarks.rig import Rig, publish, rig, said

ROUNDS = {True: 2, False: 7}
COUNT = {True: 20_000, False: 100_000}
MUST, AIM = 0.35, 0.5
PLACE = "ew:{p0}:id:" + "k" * 24


def measure(*, quick: bool) -> Report:
    """Return mentions a second, and the median over interleaved rounds of their ratio to the limit."""
    size = entry_size()
    ours, limit = list[float](), list[float]()
    with rig((), lag_limit=10**7) as made:
        for number in range(ROUNDS[quick]):
            limit += [appended(made, COUNT[quick], size)] if shutil.which("redis-benchmark") else []
            made.redis.flushall()
            ours.append(published(made, COUNT[quick], f"r{number}"))
            made.redis.flushall()
    ratios = [mine / theirs for mine, theirs in zip(ours, limit, strict=False)]
    rows = [
        Row(
            f"mentions published, {CHUNK} a call",
            median(ours),
            "1/s",
            "redis-benchmark -P 100 XADD" if limit else "",
            median(limit) if limit else None,
            median(ratios) if ratios else None,
            MUST if ratios else None,
            AIM if ratios else None,
        )
    ]
    notes = [f"{len(ours)} rounds in turns; an encoded mention has {size} bytes; AOF everysec"]
    if not limit:
        notes.append("redis-benchmark is not on PATH: install redis-tools to have the limit measured")
    rounds = tuple(float(number) for number in range(1, len(ours) + 1))
    series = [Series("published", rounds, tuple(ours), "round", "mentions/s")]
    if limit:
        series.append(Series("redis-benchmark", rounds, tuple(limit), "round", "mentions/s"))
    return Report("publish", "Publishing", tuple(rows), tuple(notes), tuple(series))


def entry_size() -> int:
    """Return the mean size of an encoded mention in bytes."""
    identity = Identity(b"bench")
    sizes = [len(EVENT.encode(prepared(one, identity))) for one in posts(1_000, "size")]
    return sum(sizes) // len(sizes)


def published(made: Rig, count: int, run: str) -> float:
    """Return the mentions a second that one process publishes."""
    told = said(publish(made, count=count, run=run, through="publish"))
    assert made.redis.xlen("ew:{p0}:mentions") == count  # noqa: S101 - a figure for less would be none
    return count / float(told["took"])


def appended(made: Rig, count: int, size: int) -> float:
    """Return the entries a second that redis-benchmark appends, with the fields of ours."""
    path = made.url.removeprefix("unix://")
    entry = ("XADD", "bench", "*", PLACE, "e" * size)
    command = ["redis-benchmark", "-s", path, "-P", "100", "-n", str(count), "--csv", *entry]
    out = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    return float(out.strip().splitlines()[-1].split('","')[1].strip('"'))
