"""A process that listens to the live deltas and prints how many mentions it had heard of, and when."""

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path

import anyio

from app import config as configuration
from app.clock import SystemClock
from app.domain.tally import TallyDelta, only
from app.installation import make_bus


async def main(data: Path, config: Path, count: int, within: float) -> None:
    """Say `ready` once subscribed; at the end print `heard`: (seconds since the epoch, mentions up to then) pairs."""
    bus = make_bus(configuration.load(config), data, SystemClock())
    await bus.open()
    heard: list[tuple[float, int]] = []
    with anyio.move_on_after(within):
        async for delta in bus.deltas():
            now = time.time()
            if delta is None:
                sys.stdout.write("ready\n")
                sys.stdout.flush()
                continue
            if number := mentions(delta.tally):
                heard.append((now, number + (heard[-1][1] if heard else 0)))
            if heard and heard[-1][1] >= count:
                break
    sys.stdout.write(json.dumps({"heard": heard}) + "\n")
    await bus.close()


def mentions(tally: TallyDelta) -> int:
    """Return how many (mention, brand) pairs a delta counts."""
    return sum(number for fields in only(tally, "s").values() for number in fields.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--within", type=float, required=True)
    words = parser.parse_args()
    anyio.run(
        partial(main, words.data, words.config, words.count, words.within),
        backend_options={"use_uvloop": sys.platform != "win32"},
    )
