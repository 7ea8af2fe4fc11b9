"""A process that publishes mentions at their due time, or as fast as the path takes them.

The schedule is open-loop: mention n is due at start + n / rate, whatever became of those before it, and what is late is
sent at once and keeps its due time. It prints one JSON line: when it began, how long it took, what it cost.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import anyio
from msgspec.structs import replace

from app import config as configuration
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.domain.identity import Identity
from app.domain.mention import Mention
from app.errors import Backpressure
from app.installation import make_bus, open_archive
from benchmarks.posts import BRANDS, NAMES, posts
from ingest.publish import Intake

CHUNK = 500
TICK = 0.005
"""Seconds for which what comes due is gathered, as the connectors do."""
PAUSE = 0.25
"""Seconds a source waits while the bus refuses; a real one waits longer."""


class Sender:
    """Sends through the whole intake (cleaned, named, matched), or straight to the bus what was prepared before."""

    def __init__(self, bus: RedisBus, intake: Intake | None) -> None:
        self._bus, self._intake = bus, intake

    async def send(self, mentions: list[Mention]) -> None:
        """Send until the bus has it; while it refuses, wait as a source does."""
        while True:
            try:
                if self._intake:
                    await self._intake.take(mentions, "bench")
                else:
                    await self._bus.publish(mentions)
            except Backpressure:
                await asyncio.sleep(PAUSE)
            else:
                return

    async def by_schedule(self, mentions: list[Mention], rate: float, began: float) -> None:
        """Send every mention when it is due."""
        sent = 0
        while sent < len(mentions):
            due = min(int((time.time() - began) * rate) + 1, len(mentions))
            batch = mentions[sent : min(due, sent + CHUNK)]
            if batch:
                stamped = [replace(one, published_at=began + (sent + place) / rate) for place, one in enumerate(batch)]
                await self.send(stamped)
                sent += len(batch)
            if due <= sent:
                await asyncio.sleep(TICK)

    async def at_once(self, mentions: list[Mention], tasks: int) -> None:
        """Send all as fast as the path takes them, as so many sources would."""
        chunks = (mentions[start : start + CHUNK] for start in range(0, len(mentions), CHUNK))
        await asyncio.gather(*(self._drain(chunks) for _ in range(tasks)))

    async def _drain(self, chunks: Iterator[list[Mention]]) -> None:
        for chunk in chunks:
            await self.send(chunk)


async def main(arguments: argparse.Namespace) -> None:
    """Prepare everything, then send."""
    clock = SystemClock()
    settings = configuration.load(arguments.config)
    bus = make_bus(settings, arguments.data, clock)
    await bus.open()
    store = open_archive(arguments.data, clock)
    identity = Identity(store.secret())
    intake = Intake(settings, bus, store, identity, clock) if arguments.through == "intake" else None
    mentions = [replace(one, published_at=clock.now()) for one in posts(arguments.count, arguments.run)]
    if intake is None:
        mentions = [prepared(mention, identity) for mention in mentions]
    sender = Sender(bus, intake)
    cpu, began = time.process_time(), time.time()
    if arguments.rate:
        await sender.by_schedule(mentions, arguments.rate, began)
    else:
        await sender.at_once(mentions, arguments.tasks)
    told = {"began": began, "took": time.time() - began, "cpu": time.process_time() - cpu}
    sys.stdout.write(json.dumps(told) + "\n")
    await bus.close()
    store.close()


def prepared(mention: Mention, identity: Identity) -> Mention:
    """Return a mention as the intake hands it on."""
    brand = next(one for one in BRANDS if NAMES[one] in mention.text)
    return replace(mention, key=identity.key(mention.channel, mention.id), brands=(brand,), source="bench")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--run", default="a")
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--tasks", type=int, default=2)
    parser.add_argument("--through", choices=("intake", "publish"), default="intake")
    anyio.run(partial(main, parser.parse_args()), backend_options={"use_uvloop": sys.platform != "win32"})
