"""Backtests that somebody asked for: each runs as a process of its own, so that no screen waits for one."""

import asyncio
import os
import sys
from collections import OrderedDict
from typing import Literal
from uuid import uuid4

import msgspec
import structlog

from app.domain.backtest import Backtest, Job
from app.errors import Conflict, NotFound
from app.service import Context

KEPT = 20
"""Backtests whose results are kept, the latest."""
MOST = 4
"""Backtests that may wait or run at once."""
LONGEST = 50_000_000
"""Bytes a result may have on the way."""
START = "from app.cli import main; main()"
State = Literal["waiting", "running", "done", "failed", "cancelled"]

log = structlog.get_logger("backtest")


class Run(msgspec.Struct):
    """One backtest, how far it is, and what came of it."""

    id: str
    job: Job
    state: State = "waiting"
    progress: float = 0.0
    """Share that is done, 0 to 1."""
    result: Backtest | None = None
    problem: str | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in {"done", "failed", "cancelled"}


class Backtests:
    """Starts, follows and stops backtests, one at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(1)

    def start(self, job: Job) -> Run:
        """Begin a backtest; raise `Conflict` while too many wait."""
        if sum(not run.over for run in self._runs.values()) >= MOST:
            raise Conflict(f"{MOST} backtests wait or run already; wait for one of them, or stop it.")
        run = Run(uuid4().hex[:12], job)
        self._runs[run.id] = run
        while len(self._runs) > KEPT:
            oldest = next((one.id for one in self._runs.values() if one.over), None)
            if oldest is None:
                break
            del self._runs[oldest]
        self._tasks[run.id] = asyncio.get_running_loop().create_task(self._follow(run))
        return run

    def get(self, name: str) -> Run:
        """Return a backtest; raise `NotFound` for one that is not known any more."""
        run = self._runs.get(name)
        if run is None:
            raise NotFound(f"There is no backtest {name[:40]!r} any more; the latest {KEPT} are kept. Start it again.")
        return run

    async def cancel(self, name: str) -> Run:
        """Stop a backtest that waits or runs; one that is over stays as it is."""
        run = self.get(name)
        task = self._tasks.get(name)
        if task is not None and not run.over:
            run.state = "cancelled"
            task.cancel()
            await asyncio.wait([task])
        return run

    async def wait(self, name: str) -> Run:
        """Return a backtest once it is over."""
        run, task = self.get(name), self._tasks.get(name)
        if task is not None:
            await asyncio.wait([task])
        return run

    async def _follow(self, run: Run) -> None:
        try:
            async with self._turn:
                await self._work(run)
        except asyncio.CancelledError:
            run.state = "cancelled"
        except Exception as error:
            log.exception("backtest failed", run=run.id)
            run.state, run.problem = "failed", f"{type(error).__name__}: {error}"
        finally:
            self._tasks.pop(run.id, None)

    async def _work(self, run: Run) -> None:
        run.state = "running"
        url = self._context.store.url.render_as_string(hide_password=False)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            START,
            "backtest",
            "-",
            "--data",
            str(self._context.data),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST,
            env={**os.environ, "DATABASE_URL": url, "OMP_NUM_THREADS": "1"},
        )
        try:
            told = asyncio.ensure_future(self._listen(run, process.stderr))
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            assert process.stdout is not None  # noqa: S101 - as above
            process.stdin.write(msgspec.json.encode(run.job))
            process.stdin.close()
            answer = await process.stdout.read(-1)
            said = await told
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            run.state, run.problem = "failed", said or f"The backtest ended with code {code}."
        else:
            run.result, run.state, run.progress = msgspec.json.decode(answer, type=Backtest), "done", 1.0

    async def _listen(self, run: Run, stderr: asyncio.StreamReader | None) -> str:
        """Take over the progress; return the last line that is something else."""
        said = ""
        assert stderr is not None  # noqa: S101 - it is a pipe
        async for line in stderr:
            text = line.decode(errors="replace").strip()
            if text.isdigit():
                run.progress = min(int(text) / 100, 1.0)
            elif text:
                said = text
        return said
