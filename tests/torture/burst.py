"""A burst as a process of its own: so many mentions in so many seconds, through the intake of the services.

    python -m tests.torture.burst --config config.yaml --data data --count 100000 --seconds 10

prints one line of JSON: how many were accepted, how long it took and how late the last ones were.
"""

import argparse
import json
import time
from functools import partial
from pathlib import Path

import anyio

from app import config as configuration
from app.clock import SystemClock
from app.domain.identity import Identity
from app.domain.mention import Author, Mention
from app.errors import Backpressure
from app.installation import make_bus, open_archive
from benchmarks.sign import sign
from ingest.publish import CHUNK, Intake

TEMPLATES = ("Probe ist in aller Munde, {sign}.", "Danke, Probe, das war gut, {sign}!", "Ärger mit Probe, {sign}.")


def text(number: int) -> str:
    """Return what mention `number` of a burst says."""
    return TEMPLATES[number % len(TEMPLATES)].format(sign=sign(f"burst {number}"))


def name(number: int) -> str:
    """Return its id."""
    return f"burst-{number}"


def said(number: int, at: float) -> Mention:
    """Return mention `number` of a burst."""
    who = number % 9_973
    author = Author(f"crowd-{who}", f"crowd{who}", f"Crowd {who}", who)
    return Mention("forum", name(number), at, text(number), author, language="de")


async def burst(config: Path, data: Path, count: int, seconds: float) -> dict[str, float]:
    """Hand over chunks when they are due; one that is refused comes again."""
    settings, clock = configuration.load(config), SystemClock()
    store = open_archive(data, clock)
    bus = make_bus(settings, data, clock)
    intake = Intake(settings, bus, store, Identity(store.secret()), clock)
    crowd = [said(number, clock.now()) for number in range(count)]
    accepted, refused, late = 0, 0, 0.0
    began = time.monotonic()
    try:
        for start in range(0, count, CHUNK):
            due = began + start * seconds / count
            await anyio.sleep(max(0.0, due - time.monotonic()))
            while True:
                try:
                    accepted += (await intake.take(crowd[start : start + CHUNK], "push")).accepted
                except Backpressure as behind:
                    refused += 1
                    await anyio.sleep(behind.retry_after)
                else:
                    break
            late = max(late, time.monotonic() - due)
    finally:
        await bus.close()
        store.close()
    return {"accepted": accepted, "refused": refused, "seconds": time.monotonic() - began, "late": late}


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    work = partial(burst, given.config, given.data, given.count, given.seconds)
    print(json.dumps(anyio.run(work, backend_options={"use_uvloop": True})))  # noqa: T201 - its answer


if __name__ == "__main__":
    _main()
