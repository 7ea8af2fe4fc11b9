"""The analyzers in force: they know the names of what is watched and what brands have taught, as both change."""

from collections.abc import Callable, Sequence

import structlog
from anyio import to_thread

from app.config import Config
from app.errors import Unavailable
from app.service import Context
from ingest.analyzer import Analyzer
from ingest.teaching import Teaching
from ingest.understanding import Understanding, admit, configured, names_of

_log = structlog.get_logger("analysis")


class Tuition:
    """Holds one `Understanding` and puts a new one in its place when names or teaching change.

    Given analyzers stay as they are.
    """

    def __init__(self, context: Context, analyzers: Sequence[Analyzer] | None = None) -> None:
        self._context = context
        self._config = context.config
        self._given = self._prepared = bool(analyzers)
        self.understanding = Understanding(analyzers or ())
        self._teaching = Teaching(context.store, context.clock)

    async def prepare(self) -> None:
        """Load what the analyzers need, off the event loop."""
        if not self._prepared:
            await to_thread.run_sync(self._look)
            await self._build()
            self._prepared = True
        self.admit()

    def admit(self) -> None:
        """Say among the faults of this process what works worse than it should."""
        admit(self.understanding, self._context.faults, self._context.clock.now())

    async def follow(self) -> None:
        """Follow the names of what is watched until cancelled."""
        if self._given:
            return
        known = names_of(self._config)
        async for changed in self._context.watchlist.changes(self._config):
            self._config = changed
            if (names := names_of(changed)) != known:
                known = names
                await self._build()

    async def look(self) -> None:
        """Look whether brands have taught something meanwhile."""
        if not self._given and await to_thread.run_sync(self._look):
            await self._build()

    async def _build(self) -> None:
        self.understanding = await to_thread.run_sync(self._built, self._config)

    def _look(self) -> bool:
        try:
            return self._teaching.look()
        except Unavailable as away:
            _log.warning("what brands have taught is not read now", reason=str(away))
            return False

    def _built(self, config: Config) -> Understanding:
        built = configured(config)
        for analyzer in built.analyzers:
            learn: Callable[..., None] | None = getattr(analyzer, "learn", None)
            if learn is not None:
                learn(dict(self._teaching.taught))
        return built
