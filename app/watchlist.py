"""The watchlist: what is watched and heard right now, whoever changed it, without a restart."""

from collections.abc import AsyncIterator

import anyio

from app.bus.port import Bus
from app.clock import Clock
from app.config import Config
from app.store.engine import Store


class Watchlist:
    """The configuration in force: config.yaml as it reads now, with what was saved on screen or by the API."""

    def __init__(self, start: Config, bus: Bus, store: Store, clock: Clock) -> None:
        self._bus, self._store, self._clock = bus, store, clock
        self._config = start
        self._changed = anyio.Event()

    @property
    def config(self) -> Config:
        """Return the configuration in force now."""
        return self._config

    def changes(self, known: Config | None = None) -> AsyncIterator[Config]:
        """Yield each new configuration for ever, the latest only if several came at once.

        The first comes at once if another than `known` is in force; without `known` that is the one of this moment.
        """
        return self._changes(known or self._config)

    async def _changes(self, known: Config) -> AsyncIterator[Config]:
        while True:
            changed = self._changed
            if self._config is known:
                await changed.wait()
                continue
            known = self._config
            yield known

    def enforce(self, config: Config) -> None:
        """Put a configuration in force and tell everybody in this process."""
        self._config = config
        self._changed.set()
        self._changed = anyio.Event()
