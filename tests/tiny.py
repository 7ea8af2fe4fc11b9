"""The smallest extensions there can be, for tests of the kernel; `tests.fixtures.system.tiny` makes them known."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
from pydantic import BaseModel, ConfigDict, SecretStr

from app.service import Context
from benchmarks.report import Report, Row, Series
from ingest.connector import Batch, Setting


class Patient:
    """Is ready at once and works until it is stopped; leaves a file `stopped-<pid>` when it was stopped gracefully."""

    name = "patient"

    def __init__(self, context: Context) -> None:
        self._context = context

    async def run(self) -> None:
        self._context.ready.set()
        try:
            await anyio.sleep_forever()
        finally:
            (self._context.data / f"stopped-{os.getpid()}").touch()


class Forgetful:
    """Fails the first time in a data folder, then works."""

    name = "forgetful"

    def __init__(self, context: Context) -> None:
        self._context = context

    async def run(self) -> None:
        mark: Path = self._context.data / "failed-once"
        if not mark.exists():
            mark.touch()
            raise RuntimeError("planted failure")
        self._context.ready.set()
        await anyio.sleep_forever()


class Deaf:
    """Is ready, then blocks its process, so that only SIGKILL stops it."""

    name = "deaf"

    def __init__(self, context: Context) -> None:
        self._context = context

    async def run(self) -> None:
        self._context.ready.set()
        while not (self._context.data / "go-deaf").exists():  # noqa: ASYNC110 # it reports in the meantime
            await anyio.sleep(0.02)
        (self._context.data / "deaf").touch()
        time.sleep(3600)  # noqa: ASYNC251 # the fault it is there for


class TinyOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    speed: float = 1.0
    count: int = 0
    url: str = "wss://example.org/subscribe"
    words: tuple[str, ...] = ()
    api_key: SecretStr = SecretStr("")


class TinyConnector:
    """Says nothing."""

    channel = "tiny"
    Options = TinyOptions

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        yield Batch()


def measure(*, quick: bool) -> Report:
    rows = (
        Row("posts", 61_000, "1/s", "the bare <loop>", 122_000, 0.5, must=0.35, aim=0.5),
        Row("latency p95", 0.25, "s", must=0.2, lower_is_better=True),
    )
    return Report("tiny", "A tiny one", rows, ("quick" if quick else "long",), (Series("p", (1, 2), (3, 4), "x", "y"),))


def failing(*, quick: bool) -> Report:
    raise RuntimeError(f"planted failure, quick {quick}")
