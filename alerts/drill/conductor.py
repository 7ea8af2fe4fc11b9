"""The conductor: starts the storm once everything listens, tells the player what we do, and keeps the score."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import anyio
import structlog
from anyio import to_thread
from msgspec.structs import replace

from app.bus.port import Bus
from app.clock import Clock
from app.config import Config
from app.domain.drill import Drill, Scorecard, score
from app.domain.events import IncidentEvent
from app.domain.roster import chain_of, told
from app.errors import NotFound, Unavailable
from app.installation import make_bus, open_archive
from app.progress import Progress
from app.store.engine import Store

TOPIC = "drill"
"""As the player has it (`ingest.connectors.scenario`)."""
LOOK = 1.0
PATIENCE = 120.0
"""Seconds everything has to get going."""
LEARNED = 86_400.0
"""Seconds of history the detectors have to know of before the storm begins."""
SOON = 2.0
"""Seconds from the order to begin to the first post."""

log = structlog.get_logger("drill")


class Conductor:
    """Conducts one drill beside its supervisor; `drill` is how it stands."""

    def __init__(
        self, drill: Drill, space: Path, config: Config, real: Store, clock: Clock, progress: Progress
    ) -> None:
        self.drill = drill
        self._space, self._config, self._real, self._clock, self._progress = space, config, real, clock, progress
        self._answered = False

    async def run(self, stop: Callable[[], None]) -> None:
        """Conduct until the time is over or somebody stops it, then call `stop`."""
        try:
            bus = await self._connect()
            try:
                if await self._wait_until_learned(bus):
                    await self._begin(bus)
                    while not await self._over():
                        await self._follow(bus)
                        await self._clock.sleep(LOOK)
            finally:
                with anyio.CancelScope(shield=True), anyio.move_on_after(2):
                    await bus.close()
        except Unavailable as error:
            self.drill = replace(self.drill, problem=str(error))
        stop()

    def close(self) -> None:
        """Note in the real archive what came of it; the space is still there, nothing runs in it any more."""
        card = self.score()
        state = "done" if self.drill.began is not None else "failed"
        problem = self.drill.problem or (None if self.drill.began is not None else "It was stopped before it began.")
        self.drill = replace(self.drill, state=state, over=self._clock.now(), score=card, problem=problem)
        self.note()

    def note(self) -> None:
        """Keep the drill in the real archive as it stands."""
        with self._real.transaction() as tx:
            with suppress(NotFound):
                if self.drill.alive and tx.drills.get(self.drill.id).state == "stopping":
                    self.drill = replace(self.drill, state="stopping")
            tx.drills.save(self.drill)

    def score(self) -> Scorecard | None:
        """Return how fast people have been so far; None before it began."""
        if self.drill.began is None:
            return None
        own = open_archive(self._space, self._clock)
        try:
            with own.reading() as tx:
                events = [event for event in tx.events.after(0, limit=100_000) if event.brand == self.drill.brand]
                card = score(events, self.drill.began)
                minutes = tx.tallies.read(self.drill.brand, self.drill.began // 60 * 60, self._clock.now())
                sent = tx.deliveries.find(state="delivered", limit=200).items
                return replace(
                    card,
                    mentions=sum(minute.count for minute in minutes),
                    told=len(sent),
                    would_tell=self._would_tell(events),
                )
        finally:
            own.close()

    async def _connect(self) -> Bus:
        deadline = self._clock.monotonic() + PATIENCE
        while True:
            try:
                bus = make_bus(self._config, self._space, self._clock)
                await bus.open()
            except Unavailable:
                if self._clock.monotonic() > deadline:
                    raise
                await self._clock.sleep(LOOK)
            else:
                return bus

    async def _wait_until_learned(self, bus: Bus) -> bool:
        """Wait until the detectors know what is usual and the player listens; return False if it was stopped."""
        deadline = self._clock.monotonic() + PATIENCE
        while not await self._stopped():
            usual = (await bus.usual([self.drill.brand])).get(self.drill.brand)
            live = any(state.status == "live" for state in await bus.sources())
            if live and usual is not None and usual.basis >= LEARNED:
                return True
            if self._clock.monotonic() > deadline:
                log.warning("begins without a past", brand=self.drill.brand)
                return True
            await self._clock.sleep(LOOK)
        return False

    async def _begin(self, bus: Bus) -> None:
        began = self._clock.now() + SOON
        deadline = self._clock.monotonic() + PATIENCE
        while not await bus.command(TOPIC, {"do": "begin", "at": str(began)}):
            if self._clock.monotonic() > deadline:
                self.drill = replace(self.drill, problem="Nobody plays the scenario; the space's log tells why.")
                return
            await self._clock.sleep(LOOK)
            began = self._clock.now() + SOON
        self.drill = replace(self.drill, state="running", began=began)
        await to_thread.run_sync(self.note)
        log.info("storm begins", drill=self.drill.id, scenario=self.drill.scenario)

    async def _follow(self, bus: Bus) -> None:
        """Tell the player once that we said something: the storm calms down by it."""
        if self._answered:
            return
        spoken = await to_thread.run_sync(self._statement)
        if spoken is not None:
            self._answered = bool(await bus.command(TOPIC, {"do": "statement", "at": str(spoken.at)}))

    def _statement(self) -> IncidentEvent | None:
        own = open_archive(self._space, self._clock)
        try:
            with own.reading() as tx:
                return next((one for one in tx.events.after(0, limit=100_000) if one.kind == "statement"), None)
        finally:
            own.close()

    async def _over(self) -> bool:
        if self.drill.problem is not None or await self._stopped():
            return True
        return self.drill.began is not None and self._clock.now() >= self.drill.began + self.drill.minutes * 60

    async def _stopped(self) -> bool:
        def read() -> bool:
            try:
                with self._real.reading() as tx:
                    return tx.drills.get(self.drill.id).state == "stopping"
            except NotFound:
                return False

        try:
            return await to_thread.run_sync(read)
        except Unavailable:
            return False  # the real archive is away: the drill goes on without it

    def _would_tell(self, events: list[IncidentEvent]) -> tuple[str, ...]:
        """Return the names of those whom the chain would have told first, by the real roster."""
        opened = next((one for one in events if one.kind == "opened"), None)
        if opened is None:
            return ()
        with self._real.reading() as tx:
            people, shifts, chains = tx.people.all(), tx.people.shifts(), tx.people.chains()
        first = told(chain_of(chains, opened.brand).steps[0], people, shifts, opened.at, opened.brand)
        known = {one.id: one.name for one in people}
        return tuple(known.get(one, one) for one in first.persons)
