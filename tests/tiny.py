"""The smallest extensions there can be, for tests of the kernel; `tests.fixtures.system.tiny` makes them known."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import anyio
from pydantic import BaseModel, ConfigDict, SecretStr

from app.domain.analysis import Analysis
from app.domain.mention import Author, Mention
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


class FleetingOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    socket: Path


class FleetingConnector:
    """Hears lines on a socket once and never again; answers each when it no longer has to remember it."""

    channel = "wire"
    Options = FleetingOptions
    rewinds = False

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        assert isinstance(setting.options, FleetingOptions)
        self._socket = setting.options.socket

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        heard: asyncio.Queue[tuple[str, asyncio.StreamWriter]] = asyncio.Queue()

        async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                await heard.put((line.decode().strip(), writer))

        self._socket.unlink(missing_ok=True)
        async with await asyncio.start_unix_server(hear, self._socket):
            while True:
                number, writer = await heard.get()
                mention = Mention("wire", number, self._setting.clock.now(), f"nord {number}", Author("ann"))
                yield Batch([mention])
                writer.write(f"{number}\n".encode())


class DeadlyAnalyzer:
    """Kills the process in which it meets poison, or lets it hang where nothing in it can go on."""

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None:
        pass

    def analyse(self, mentions: Sequence[Mention], so_far: Sequence[Analysis]) -> Sequence[Analysis]:
        for mention in mentions:
            if "poison" in mention.text:
                os.kill(os.getpid(), signal.SIGKILL)
            if "quicksand" in mention.text:
                re.match(r"(a+)+$", "a" * 60 + "b")
        return so_far


def quicksand() -> Mention:
    """Return what paralyses the deadly analyzer."""
    return Mention("wire", "1", 0.0, "quicksand", Author("ann"))


def measure(*, quick: bool) -> Report:
    rows = (
        Row("posts", 61_000, "1/s", "the bare <loop>", 122_000, 0.5, must=0.35, aim=0.5),
        Row("latency p95", 0.25, "s", must=0.2, lower_is_better=True),
    )
    return Report("tiny", "A tiny one", rows, ("quick" if quick else "long",), (Series("p", (1, 2), (3, 4), "x", "y"),))


def failing(*, quick: bool) -> Report:
    raise RuntimeError(f"planted failure, quick {quick}")
