"""How long a mention takes from the channel's socket to the painted frame and to the visible number.

Starts a whole Emberwatch and a Jetstream-like server on this machine, opens the wall in headless Chromium, posts at a
steady rate and follows each mention through its stations:

| part | from | to |
|---|---|---|
| ingest | the frame goes onto the channel's socket | the connector has read and cleaned it |
| bus and analysis | cleaned | its batch is analysed and about to be settled |
| settle | about to be settled | its delta reaches a subscriber |
| hub | the delta | a frame that contains it reaches a websocket client |
| browser | that frame | painted: `seq` on the page, one animation frame later |

All clocks are this machine's. The limits are those of the product: 0.6 s to the frame, 1.6 s to the number (p95).
"""

import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page
from websockets.asyncio.client import connect

from app.bus.redis import RedisBus
from app.bus.server import locate
from app.clock import SystemClock
from benchmarks.jetstream import Jetstream
from benchmarks.report import Report, Row, Series
from benchmarks.spread import spread
from benchmarks.subject import chromium, running

RATE = 50
SECONDS = {True: 15, False: 45}
TO_FRAME, TO_NUMBER = 0.6, 1.6
PARTS = ("ingest", "bus and analysis", "settle", "hub", "browser")

CONFIG = """
site: {{name: Bench, zone: Europe/Berlin, language: en}}
brands: [{{id: probe, name: Probe, query: probe}}]
sources: [{{id: live, connector: bluesky, url: "{url}"}}]
"""

WATCH = """
() => {
  window.painted = [];
  window.numbers = [];
  const now = () => (performance.timeOrigin + performance.now()) / 1000;
  new MutationObserver(() => {
    const seq = Number(document.body.dataset.seq);
    requestAnimationFrame(() => window.painted.push([seq, now()]));
  }).observe(document.body, { attributes: true, attributeFilter: ["data-seq"] });
  new MutationObserver(() => {
    requestAnimationFrame(() => window.numbers.push([Number(document.body.dataset.seq), now()]));
  }).observe(document.getElementById("panel-volume"), { subtree: true, childList: true, characterData: true });
}
"""


def measure(*, quick: bool) -> Report:
    """Return the p95 from the socket to the frame and to the number, and each part of the way in seconds."""
    return asyncio.run(_measure(SECONDS[quick]))


async def _measure(seconds: int) -> Report:
    with tempfile.TemporaryDirectory(prefix="ember-bench-") as name:
        folder = Path(name)
        async with Jetstream(sent=folder / "sent.ndjson") as channel:
            (folder / "config.yaml").write_text(CONFIG.format(url=channel.url))
            async with running(folder) as port, _wall(port) as page:
                bus = RedisBus(str(locate(folder / "data")), partitions=1, lag_limit=10**6, clock=SystemClock())
                deltas: dict[str, tuple[float, float, float, int]] = {}
                frames: list[tuple[int, float]] = []
                listeners = [
                    asyncio.create_task(_hear_deltas(bus, deltas)),
                    asyncio.create_task(_hear_frames(port, frames)),
                ]
                await channel.connected.wait()
                await channel.play(RATE, RATE * seconds, "Probe")
                await asyncio.sleep(3)
                painted, numbers = await page.evaluate("[window.painted, window.numbers]")
                for listener in listeners:
                    listener.cancel()
                await asyncio.gather(*listeners, return_exceptions=True)
                await bus.close()
            sent = [json.loads(line) for line in (folder / "sent.ndjson").read_text().splitlines()]
    return _figures(sent, deltas, frames, painted, numbers)


@asynccontextmanager
async def _wall(port: int) -> AsyncIterator[Page]:
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(f"http://127.0.0.1:{port}/wall/main?lang=en")
        await page.wait_for_selector("#panel-volume .big")
        await page.wait_for_function("document.body.dataset.seq && window.Plotly")
        await page.evaluate(WATCH)
        yield page


async def _hear_deltas(bus: RedisBus, deltas: dict[str, tuple[float, float, float, int]]) -> None:
    async for delta in bus.deltas():
        now = time.time()
        if delta is None:
            continue
        for analysed in delta.newest:
            deltas.setdefault(analysed.mention.id, (analysed.mention.received_at, delta.at, now, delta.seq))


async def _hear_frames(port: int, frames: list[tuple[int, float]]) -> None:
    async with connect(f"ws://127.0.0.1:{port}/ws/wall/main?lang=en") as line:
        async for message in line:
            frames.append((int(json.loads(message)["seq"]), time.time()))  # noqa: PERF401 - stamped as they come


def _first(marks: list[Any], seq: int) -> float | None:
    """Return the instant of the first mark that contains `seq`."""
    return next((float(at) for number, at in marks if number >= seq), None)


def _figures(
    sent: list[dict[str, Any]],
    deltas: dict[str, tuple[float, float, float, int]],
    frames: list[tuple[int, float]],
    painted: list[Any],
    numbers: list[Any],
) -> Report:
    parts: dict[str, list[float]] = {part: [] for part in PARTS}
    to_frame, to_number = list[float](), list[float]()
    for post in sent:
        if post["id"] not in deltas:
            continue
        received, settled, seen, seq = deltas[post["id"]]
        framed, shown, counted = _first(frames, seq), _first(painted, seq), _first(numbers, seq)
        if framed is None or shown is None or counted is None:
            continue
        stations = (post["wall"], received, settled, seen, framed, shown)
        for part, (begin, end) in zip(PARTS, itertools.pairwise(stations), strict=True):
            parts[part].append(max(0.0, end - begin))
        to_frame.append(shown - post["wall"])
        to_number.append(counted - post["wall"])
    limits = (
        (f"socket to frame, p95 of {len(to_frame)}", to_frame, TO_FRAME),
        ("socket to number, p95", to_number, TO_NUMBER),
    )
    rows = [
        Row(what, spread(values)["p95"], "s", "the product's promise", limit, must=limit, lower_is_better=True)
        for what, values, limit in limits
    ]
    rows += [Row(f"{part}, p50", spread(values)["p50"], "s") for part, values in parts.items()]
    rows += [Row(f"{part}, p95", spread(values)["p95"], "s") for part, values in parts.items()]
    return Report(
        "socket-to-pixel",
        "From the channel's socket to the painted wall",
        (*rows, Row("mentions followed", len(to_frame), "", "posted", len(sent), len(to_frame) / max(1, len(sent)))),
        (f"{RATE} mentions a second, 1920x1080, headless Chromium.",),
        tuple(_percentiles(name, values) for name, values in (("to frame", to_frame), ("to number", to_number))),
    )


def _percentiles(name: str, values: list[float]) -> Series:
    ranked = sorted(values)
    marks = tuple(range(1, 101)) if ranked else ()
    y = tuple(ranked[max(0, -(-mark * len(ranked) // 100) - 1)] for mark in marks)
    return Series(name, marks, y, "percentile", "seconds")
