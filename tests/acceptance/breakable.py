"""A Redis whose disk, memory and password a test can take away, and the services that work on it."""

import resource
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import httpx
import redis
from fastapi import FastAPI

from app.bus.redis import RedisBus
from app.bus.server import choose
from app.clock import SystemClock
from app.config import Config
from app.domain.brand import Brand
from app.errors import Unavailable
from app.service import Context
from app.store.engine import Store
from dashboard.api import health
from dashboard.checkup import Checkup
from ingest.analysis import AnalysisService
from ingest.archive import ArchiveService
from tests.fixtures.system import until
from tests.traffic import IDENTITY, said

UNLIMITED = resource.RLIM_INFINITY


class Server:
    """A Redis of our own whose disk, memory and password a test can take away."""

    def __init__(self, folder: Path, port: int) -> None:
        words = ["--port", str(port), "--dir", str(folder), "--appendonly", "yes", "--save", ""]
        command = f"trap '' XFSZ; exec {choose({'PATH': '/usr/bin:/usr/local/bin'}).binary} {' '.join(words)} ''"
        self.url = f"redis://127.0.0.1:{port}"
        self._folder = folder
        self.process = subprocess.Popen(["sh", "-c", command], stdout=subprocess.DEVNULL)
        self.admin = redis.Redis.from_url(self.url, single_connection_client=False, max_connections=1)
        until(self._answers, "Redis")

    def _answers(self) -> bool:
        with suppress(redis.ConnectionError):
            return bool(self.admin.ping())
        return False

    def disk(self, *, full: bool) -> None:
        largest = max(file.stat().st_size for file in self._folder.rglob("*.aof"))
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (largest if full else UNLIMITED, UNLIMITED))

    def memory(self, *, full: bool) -> None:
        self.admin.config_set("maxmemory", 1 if full else 0)

    def password(self, *, wrong: bool) -> None:
        self.admin.config_set("requirepass", "another" if wrong else "")
        self.admin.client_kill_filter(_type="normal", skipme=True)

    def close(self) -> None:
        self.admin.close()
        self.process.kill()
        self.process.wait()


class Site:
    """Analysis, archive and checkup on a bus and an archive, and what was accepted so far."""

    def __init__(self, context: Context) -> None:
        self.context, self._number = context, 0
        self.accepted: list[tuple[str, str]] = []
        app = FastAPI()
        app.include_router(health.router(context))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site")

    async def publish(self, count: int = 50) -> bool:
        """Publish new mentions; return whether they were accepted."""
        mentions = [said(self._number + place) for place in range(count)]
        self._number += count
        try:
            await self.context.bus.publish(mentions)
        except Unavailable:
            return False
        self.accepted += [(mention.key, brand) for mention in mentions for brand in mention.brands]
        return True

    async def ready(self) -> tuple[int, dict[str, Any]]:
        answer = await self.http.get("/readyz")
        return answer.status_code, answer.json()

    async def fault(self, part: str, kind: str) -> dict[str, Any]:
        """Wait until `/readyz` tells the fault, and return what it says."""
        with anyio.fail_after(10):
            while True:
                status, said = await self.ready()
                if [(fault["part"], fault["kind"]) for fault in said["faults"]] == [(part, kind)]:
                    assert status == 503
                    return said
                await anyio.sleep(0.02)

    async def well(self) -> None:
        """Wait until nothing is wrong and everything accepted lies in the archive."""
        with anyio.fail_after(20):
            while True:
                _, said = await self.ready()
                if not said["faults"] and said["lag"] and not any(said["lag"].values()):
                    return
                await anyio.sleep(0.05)


@asynccontextmanager
async def working(server: Server, store: Store, data: Path) -> AsyncIterator[Site]:
    """Run analysis, archive and checkup."""
    config = Config(brands=(Brand("acme", "Acme", "acme"),))
    bus = RedisBus(server.url, partitions=1, lag_limit=200_000, clock=SystemClock())
    await bus.open()
    context = Context(config, data, SystemClock(), bus, store, IDENTITY)
    made = Site(context)
    async with anyio.create_task_group() as group:
        for work in (AnalysisService(context).run, ArchiveService(context).run, Checkup(context).run):
            group.start_soon(work)
        yield made
        group.cancel_scope.cancel()
    await made.http.aclose()
    await bus.close()
