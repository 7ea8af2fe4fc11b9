"""Drills as the dashboard sees them: started as a process of their own, followed by what they keep in the archive."""

import asyncio
import os
import sys
from pathlib import Path
from uuid import uuid4

import anyio
import structlog
from anyio import to_thread
from msgspec.structs import replace

from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.drill import Drill
from app.errors import Conflict, Unavailable, WrongInput
from app.marking import space_of
from app.premises import holder, is_loopback
from app.service import Context
from app.store.engine import Transaction
from dashboard.feed import Feed

START = "from app.cli import main; main()"
OURS = ("EMBERWATCH_PARENT", "EMBERWATCH_WORKER", "EMBERWATCH_WORKERS", "EMBERWATCH_LOG", "PROMETHEUS_MULTIPROC_DIR")
"""What our own supervisor told us: a drill has a supervisor of its own."""
PATIENCE = 90.0
"""Seconds a drill has to take its folder before it is believed to be dead."""
LOOK = 2.0

log = structlog.get_logger("drill")


class Drills:
    """Starts, lists and stops drills of this installation; one at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()

    async def latest(self) -> list[Drill]:
        """Return the latest drills, newest first; one whose process was killed has failed."""
        return await to_thread.run_sync(self._latest)

    async def get(self, name: str) -> Drill:
        """Return one drill; raise `NotFound`."""
        return await to_thread.run_sync(self._get, name)

    async def start(self, actor: Actor, wanted: Drill) -> Drill:
        """Begin a drill; raise `Conflict` while another runs or inside of one, `NotAllowed` for who may not."""
        authorise(actor, "drill.run", wanted.brand)
        if self._context.drill is not None:
            raise Conflict("This is a drill already; start another one in the real installation.")
        if any(one.alive for one in await self.latest()):
            raise Conflict("A drill is running; stop it first, or wait for its end.")
        made = replace(wanted, id=f"drill-{uuid4().hex[:8]}", at=self._context.clock.now(), by=actor.id)
        await to_thread.run_sync(self._save, made)
        task = asyncio.get_running_loop().create_task(self._follow(made))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return made

    async def stop(self, actor: Actor, name: str) -> Drill:
        """Ask a drill to end; one that is over stays as it is."""
        authorise(actor, "drill.run")
        return await to_thread.run_sync(self._stop, actor, name)

    def command(self, drill: Drill) -> list[str]:
        """Return the command line of a drill's process."""
        context, host = self._context, self._context.options.get("host", "127.0.0.1")
        words = [sys.executable, "-c", START, "drill", drill.scenario, "--id", drill.id, "--by", drill.by]
        words += ["--brand", drill.brand, "--language", drill.language, "--speed", str(drill.speed)]
        words += ["--seed", str(drill.seed), "--data", str(context.data), "--host", host]
        words += ["--minutes", str(drill.minutes)] if drill.minutes else []
        words += ["--wall", drill.wall] if drill.wall else []
        words += [word for person in drill.recipients for word in ("--to", person)]
        words += [] if is_loopback(host) else ["--insecure"]
        file = context.watchlist.file
        return words + (["--config", str(file.path)] if file is not None else [])

    async def _follow(self, drill: Drill) -> None:
        """Run a drill's process; if it ends without having begun, its last words say why."""
        url = self._context.store.url.render_as_string(hide_password=False)
        environment = {key: value for key, value in os.environ.items() if key not in OURS}
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command(drill),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env={**environment, "DATABASE_URL": url},
            )
            _, said = await process.communicate()
            if process.returncode:
                await to_thread.run_sync(self._failed, drill.id, said.decode(errors="replace").strip()[-500:])
        except (OSError, Unavailable) as error:
            log.warning("drill lost", drill=drill.id, reason=str(error))

    def _latest(self) -> list[Drill]:
        with self._context.store.reading() as tx:
            found = tx.drills.latest()
        return [self._told(one) for one in found]

    def _get(self, name: str) -> Drill:
        with self._context.store.reading() as tx:
            return self._told(tx.drills.get(name))

    def _told(self, drill: Drill) -> Drill:
        """Return a drill as it is: one that claims to be alive, and that nobody runs any more, has failed."""
        space = space_of(self._context.data, drill.id)
        young = self._context.clock.now() - drill.at < PATIENCE
        if self._context.drill is not None or not drill.alive or young or holder(space) is not None:
            return drill
        return replace(drill, state="failed", problem="Its process has ended without a word.")

    def _save(self, drill: Drill) -> None:
        with self._context.store.transaction() as tx:
            tx.drills.save(drill)

    def _stop(self, actor: Actor, name: str) -> Drill:
        with self._context.store.transaction() as tx:
            found = tx.drills.get(name)
            if not found.alive or found.state == "stopping":
                return found
            stopped = replace(found, state="stopping")
            tx.drills.save(stopped)
            tx.audit.append(
                AuditEntry(self._context.clock.now(), actor.kind, actor.id, "drill.stop", found.brand, found.id)
            )
            return stopped

    def _failed(self, name: str, said: str) -> None:
        def over(tx: Transaction) -> None:
            kept = tx.drills.get(name)
            if kept.alive:
                tx.drills.save(replace(kept, state="failed", problem=said or "It ended without a word."))

        with self._context.store.transaction() as tx:
            over(tx)


class Rehearsing:
    """Tells walls of the room which drill they are to show meanwhile."""

    def __init__(self, context: Context, feed: Feed) -> None:
        self._context, self._feed = context, feed

    async def run(self) -> None:
        """Look every two seconds until cancelled."""
        drills = Drills(self._context)
        while True:
            try:
                running = [one for one in await drills.latest() if one.state == "running" and one.wall and one.address]
                self._feed.tell_drills({str(one.wall): str(one.address) for one in running})
            except Unavailable as error:
                log.debug("drills unknown", reason=str(error))
            await anyio.sleep(LOOK)


def wanted_of(context: Context, drill: Drill, people: list[str]) -> Drill:
    """Return a drill as it can be started; raise `WrongInput` for a person or wall that is not there."""
    unknown = next((one for one in drill.recipients if one not in people), None)
    if unknown is not None:
        raise WrongInput(f"There is no person {unknown[:60]!r} who can be told; GET /api/v1/people lists them.")
    if drill.wall is not None and all(wall.id != drill.wall for wall in context.config.walls):
        raise WrongInput(f"There is no wall {drill.wall[:60]!r}; leave `wall` out, or name one of config.yaml.")
    return drill


def name_of(drill: Drill) -> str:
    """Return what was played: the id of a scenario, or the name of a recording's file."""
    return Path(drill.scenario).name
