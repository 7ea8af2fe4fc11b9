"""Whether the dashboard's memory grows under screens that take nothing.

A whole Emberwatch hears 20 posts a second, so that every frame is new, and 20 screens ask for frames and read none.
They are measured twice: as they are (the dashboard drops them after 30 s, a page comes back in two seconds and stalls
again), and as screens that nobody drops in time because each comes back all the time, a second after it connected. One
screen that reads everything looks on: it has to get four frames a second throughout.

What is said is remembered for hours, so memory grows without any stalled screen, too: that is measured first, and what
counts is how much more it grows with them.

The slope is the median of the slopes between all pairs of samples (Theil-Sen), without the first half of the time,
in which caches and the allocator's arenas fill.
"""

import asyncio
import itertools
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from websockets.asyncio.client import connect

from benchmarks.jetstream import Jetstream
from benchmarks.report import Report, Row, Series, median
from benchmarks.subject import running
from benchmarks.watchers import Place, opened

SCREENS = 20
SECONDS = {True: 60.0, False: 600.0}
EVERY = 2.0
FLAT = 0.5
"""MB a minute more than without them that count as flat: 20 screens that were sent everything would cost 60."""
BACK_AFTER = 2.0
HURRY = 1.0
NOBODY = "nobody stalls"
WAYS = ((NOBODY, None), ("stalled, dropped and back", None), ("stalled, always coming back", HURRY))
WARMING = 0.5
ESTABLISHED = 1
"""As the kernel numbers it."""
RATE = 20
"""Posts a second: more than frames, so that every frame has something new."""
CONFIG = """
site: {{name: Bench, zone: Europe/Berlin, language: en}}
brands: [{{id: probe, name: Probe, query: probe}}]
sources: [{{id: live, connector: bluesky, url: "{url}"}}]
"""


class Sample(NamedTuple):
    """The dashboard's resident memory at a time."""

    at: float
    megabytes: float


def measure(*, quick: bool) -> Report:
    """Return the slope of the dashboard's memory under stalled screens, in MB a minute."""
    return asyncio.run(_measure(SECONDS[quick]))


async def _measure(seconds: float) -> Report:
    rows, series = list[Row](), list[Series]()
    with tempfile.TemporaryDirectory(prefix="ember-stalled-") as name:
        folder = Path(name)
        async with Jetstream() as channel:
            (folder / "config.yaml").write_text(CONFIG.format(url=channel.url), "utf-8")
            async with running(folder) as port:
                pid = dashboard(folder / "data")
                await channel.connected.wait()
                posting = asyncio.create_task(channel.play(RATE, int(RATE * seconds * (len(WAYS) + 1)), "Probe"))
                alone = 0.0
                for what, hurry in WAYS:
                    screens = 0 if what == NOBODY else SCREENS
                    samples, frames, cuts = await under_stalled(port, pid, seconds, hurry, screens)
                    alone = alone if screens else slope(samples)
                    told = f"memory under {SCREENS} screens {what}, more than under none"
                    grown = Row(told, slope(samples) - alone, "MB/min", must=FLAT, lower_is_better=True)
                    rows += [
                        grown if screens else Row(f"memory while {what}", alone, "MB/min"),
                        Row(f"{what}: frames to a screen that reads", frames / seconds, "1/s"),
                        Row(f"{what}: connections ended", cuts, ""),
                        Row(f"{what}: memory at the end", samples[-1].megabytes, "MB"),
                    ]
                    at, held = zip(*samples, strict=True)
                    series.append(Series(what, at, held, "seconds", "MB resident"))
                posting.cancel()
    notes = (f"{seconds:.0f} s each; flat is less than {FLAT:g} MB a minute.",)
    return Report("stalled", "Memory of the dashboard under stalled screens", tuple(rows), notes, tuple(series))


def slope(samples: list[Sample]) -> float:
    """Return MB a minute: the median slope between all pairs of samples after the warm-up."""
    settled = samples[int(len(samples) * WARMING) :]
    pairs = itertools.combinations(settled, 2)
    return 60 * median([(b.megabytes - a.megabytes) / (b.at - a.at) for a, b in pairs if b.at > a.at])


async def under_stalled(
    port: int, pid: int, seconds: float, hurry: float | None, screens: int = SCREENS
) -> tuple[list[Sample], int, int]:
    """Return samples of the memory of `pid`, frames that a reading screen got, and how often a stalled one was cut."""
    place = Place(port, "/ws/wall/main?lang=en")
    cuts = [0] * screens
    samples = list[Sample]()
    async with _reading(port) as frames:
        stalled = [asyncio.create_task(_stall(place, cuts, number, hurry)) for number in range(screens)]
        begun = time.monotonic()
        while (now := time.monotonic() - begun) < seconds:
            samples.append(Sample(now, resident(pid)))
            await asyncio.sleep(EVERY)
        for task in stalled:
            task.cancel()
        await asyncio.gather(*stalled, return_exceptions=True)
        return samples, len(frames), sum(cuts)


async def _stall(place: Place, cuts: list[int], number: int, hurry: float | None) -> None:
    """Connect and read nothing; come back when cut off, or after `hurry` seconds."""
    while True:
        screen = await asyncio.to_thread(opened, place, 4_096)
        try:
            await (asyncio.sleep(hurry) if hurry else _cut(screen))
        finally:
            screen.close()
        cuts[number] += 1
        await asyncio.sleep(0 if hurry else BACK_AFTER)


async def _cut(screen: socket.socket) -> None:
    """Wait until the other side has cut the connection, without taking a byte."""
    while screen.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(1.0)


@asynccontextmanager
async def _reading(port: int) -> AsyncIterator[list[float]]:
    """Yield the instants at which a screen that reads everything got its frames."""
    came = list[float]()

    async def read() -> None:
        async with connect(f"ws://127.0.0.1:{port}/ws/wall/main?lang=en", compression=None) as line:
            async for _ in line:
                came.append(time.monotonic())

    reader = asyncio.create_task(read())
    try:
        yield came
    finally:
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader


def resident(pid: int) -> float:
    """Return the memory a process holds, in MB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def dashboard(data: Path) -> int:
    """Return the process id of the dashboard that works in a data folder."""
    for commands in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = commands.read_bytes().decode(errors="replace").split("\0")
            if str(data.resolve()) in words and "dashboard" in words and "run" in words:
                return int(commands.parent.name)
    raise RuntimeError(f"No dashboard works in {data}.")
