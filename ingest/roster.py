"""The roster: which sources are listened to; one more, one less or another one disturbs none of the others."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
import structlog
from anyio.abc import TaskGroup

from app.config import Config, Source
from app.errors import Unavailable
from app.service import Context
from ingest.listener import Listener
from ingest.publish import Intake

log = structlog.get_logger("ingest")


@dataclass
class _Place:
    source: Source
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    left: anyio.Event = field(default_factory=anyio.Event)


class Roster:
    """One listener a source of the configuration in force, under the name of this worker."""

    def __init__(self, context: Context, intake: Intake, owner: str) -> None:
        self._context, self._intake, self._owner = context, intake, owner
        self._places: dict[str, _Place] = {}

    async def run(self) -> None:
        """Listen to what is configured, and match by what is watched, as both change, until cancelled."""
        async with anyio.create_task_group() as group:
            config = self._context.config
            await self._follow(group, config)
            async for changed in self._context.watchlist.changes(config):
                await self._follow(group, changed)

    async def _follow(self, group: TaskGroup, config: Config) -> None:
        await self._intake.adopt(config)
        wanted = {source.id: source for source in config.sources}
        going = [name for name, place in self._places.items() if wanted.get(name) != place.source]
        await self._dismiss(going)
        for name in going:
            if name not in wanted:
                await self._forget(name)
        for name, source in wanted.items():
            if name not in self._places:
                self._places[name] = _Place(source)
                group.start_soon(self._listen, self._places[name])

    async def _listen(self, place: _Place) -> None:
        try:
            with place.scope:
                await Listener(self._context, place.source, self._intake, self._owner).run()
        finally:
            place.left.set()

    async def _dismiss(self, names: Iterable[str]) -> None:
        """Stop listeners, all at the same time, and wait until they have given up what they held."""
        going = {name: self._places.pop(name) for name in names}
        for name, place in going.items():
            log.info("source.dismissed", source=name)
            place.scope.cancel()
        for place in going.values():
            await place.left.wait()

    async def _forget(self, name: str) -> None:
        """Take a source off the board, where it would look as if it did not answer any more."""
        with suppress(Unavailable):
            await self._context.bus.forget_source(name)
