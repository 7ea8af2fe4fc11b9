"""What a delivered frame costs the server, at 200 and at 1,000 walls, beside nginx with nchan.

Both send the same 13 kB message at the same rate to the same watchers, a process that counts bytes and reads none. Ours
is hub, route and line under uvicorn (`benchmarks.fan_out_server`), without drawing: that is once per kind of wall, not
per wall. CPU time is that of the server's process alone, as the kernel accounts for it; the two take turns.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.nchan import installed, nchan, saying
from benchmarks.report import Report, Row, Series, median

SIZE = 13_000
HEADER = 4
RATE = 10.0
WALLS = (200, 1_000)
ROUNDS = {True: 1, False: 5}
SECONDS = {True: 2.0, False: 6.0}
MUST, AIM = 2.2, 1.1


class Server(NamedTuple):
    """Somebody who sends frames; `feed` is whether we have to publish them."""

    pid: int
    port: int
    path: str
    feed: bool


def payload(size: int) -> bytes:
    """Return a message of so many bytes."""
    return b"frame " * (size // 6) + b"." * (size % 6)


def measure(*, quick: bool) -> Report:
    """Return CPU microseconds per delivered frame, ours and nchan's."""
    rows, series = list[Row](), list[Series]()
    module = installed()
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="ember-nchan-")))
        servers = [running.enter_context(_ours())]
        if module:
            pid, port = running.enter_context(nchan(module, folder))
            servers.append(Server(pid, port, "/watch", feed=True))
        for walls in WALLS:
            spent = [[_spent(server, walls, SECONDS[quick]) for server in servers] for _ in range(ROUNDS[quick])]
            rows.append(_row(walls, spent))
            rounds = tuple(range(1, len(spent) + 1))
            for name, costs in zip(("ours", "nchan"), zip(*spent, strict=True), strict=False):
                series.append(Series(f"{name}, {walls} walls", rounds, costs, "round", "CPU µs per frame"))
    notes = (f"{SIZE:,} bytes a frame, {RATE:g} a second to every wall; the kernel's work for loopback is in both.",)
    return Report("fan-out", "CPU of the server per delivered frame", tuple(rows), notes, tuple(series))


def _row(walls: int, spent: list[list[float]]) -> Row:
    what, ours = f"a frame to each of {walls:,} walls", median([costs[0] for costs in spent])
    if len(spent[0]) == 1:
        return Row(what, ours, "µs", "nginx + nchan: not installed here")
    theirs = median([costs[1] for costs in spent])
    ratio = median([costs[0] / costs[1] for costs in spent])
    return Row(what, ours, "µs", "nginx + nchan", theirs, ratio, MUST, AIM, lower_is_better=True)


@contextmanager
def _ours() -> Iterator[Server]:
    command = [sys.executable, "-m", "benchmarks.fan_out_server", "--size", str(SIZE), "--rate", str(RATE)]
    with _started(command) as process:
        yield Server(process.pid, int(_line(process).split()[1]), "/ws/wall/main", feed=False)


@contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: subprocess.Popen[str]) -> str:
    said = process.stdout.readline() if process.stdout else ""
    if not said:
        raise RuntimeError(f"{process.args!r} ended early.")
    return said


def _spent(server: Server, walls: int, seconds: float) -> float:
    """Return the CPU microseconds per frame while `walls` watchers take everything for some seconds."""
    watchers = [sys.executable, "-m", "benchmarks.watchers", "--port", str(server.port), "--path", server.path]
    with ExitStack() as running:
        watching = running.enter_context(_started([*watchers, "--count", str(walls)]))
        _line(watching)
        if server.feed:
            running.enter_context(saying(server.port, payload(SIZE), RATE))
        time.sleep(1.0)
        before, bytes_before = cpu(server.pid), _taken(watching)
        time.sleep(seconds)
        after, bytes_after = cpu(server.pid), _taken(watching)
    frames = (bytes_after - bytes_before) / (SIZE + HEADER)
    expected = seconds * RATE * walls
    if frames < expected / 2:
        raise RuntimeError(
            f"{frames:.0f} frames arrived instead of {expected:.0f}: this machine is too busy to measure."
        )
    return (after - before) / frames * 1e6


def _taken(watching: subprocess.Popen[str]) -> int:
    if watching.stdin is None:
        raise RuntimeError("the watchers have no standard input")
    watching.stdin.write("\n")
    watching.stdin.flush()
    return int(_line(watching))


def cpu(pid: int) -> float:
    """Return the CPU seconds a process has had, all threads together, as the kernel's scheduler counts them."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text("ascii").split()[0]) for task in tasks) / 1e9
