"""The walls' way from the hub to the wire as its own process: our hub, route and line under uvicorn, a still picture.

    python -m benchmarks.fan_out_server --size 13000 --rate 10

prints `ready <port>`; whoever connects to /ws/wall/main gets the same message at that rate, framed anew every time.
"""

import argparse
import socket
import sys

import anyio
import uvicorn
from fastapi import FastAPI

from app.clock import SystemClock
from app.config import Config
from app.domain.brand import Brand
from benchmarks.fan_out import payload
from dashboard import live
from dashboard.feed import Feed
from dashboard.frame import Canvas, Moment
from dashboard.hub import Hub
from dashboard.line import framed
from dashboard.service import settings

BRAND = Brand("bench", "Bench", "bench")


class Still(Canvas):
    """A canvas whose frames are always the same message."""

    message = b""

    def frame(self, moment: Moment) -> bytes:
        """Return the message, framed now."""
        del moment
        return framed(self.message)

    def snapshot(self) -> bytes:
        """Return the same."""
        return framed(self.message)


async def _main(size: int, rate: float) -> None:
    Still.message = payload(size)
    config, clock = Config(brands=(BRAND,)), SystemClock()
    hub = Hub(config, Feed(None, config.brands, clock), clock, Still)  # type: ignore[arg-type] # nobody feeds it
    app = FastAPI()
    app.include_router(live.router(config, hub))
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as door:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(uvicorn.Server(settings(app)).serve, [door])
            print(f"ready {door.getsockname()[1]}", flush=True)
            due = anyio.current_time()
            while True:
                due += 1 / rate
                await anyio.sleep_until(due)
                hub.draw()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, required=True, help="bytes of a message")
    parser.add_argument("--rate", type=float, required=True, help="messages a second")
    given = parser.parse_args()
    anyio.run(_main, given.size, given.rate, backend_options={"use_uvloop": sys.platform != "win32"})
