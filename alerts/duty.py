"""Duty: which brands this service answers for, when several share them on any number of machines."""

import asyncio
from collections.abc import Iterable
from hashlib import blake2b

import structlog

from app.bus.port import Bus
from app.clock import Clock

LEASE = 6.0
"""Seconds a brand stays ours without a sign of life; after a crash another service takes over this late."""
LOOK = 2.0
"""Seconds between two signs of life."""
SETTLED = 30.0
"""Seconds a brand is held before it is handed over to a service that joined: who has just died still looks alive."""
YIELD = 10.0
"""Seconds after handing over in which the brand is left to the other."""
TOGETHER = 16
"""Leases asked for at the same time."""

log = structlog.get_logger()


class Duty:
    """One lease a brand; those that join get their share, those of a service that died are taken over."""

    def __init__(self, bus: Bus, brands: Iterable[str], owner: str, clock: Clock) -> None:
        self._bus, self._owner, self._clock = bus, owner, clock
        self._brands = tuple(brands)
        self._since: dict[str, float] = {}
        self._yielded: dict[str, float] = {}
        self._looked = float("-inf")

    @property
    def held(self) -> set[str]:
        """Return the brands that were ours at the last look."""
        return set(self._since)

    def due(self) -> bool:
        """Tell whether it is time to look again."""
        return self._clock.monotonic() - self._looked >= LOOK

    async def look(self) -> set[str]:
        """Extend what is ours, take what nobody holds, hand over what another should do; return what is new."""
        self._looked = self._clock.monotonic()
        before = self.held
        colleagues = {*(await self._bus.reports()).get("alerts", ()), self._owner}
        places = asyncio.Semaphore(TOGETHER)

        async def settle(brand: str) -> None:
            async with places:
                await (self._hand_over(brand) if self._spare(brand, colleagues) else self.confirm(brand))

        await asyncio.gather(*(settle(brand) for brand in self._brands))
        if before != self.held:
            log.info("duty", brands=len(self.held), of=len(self._brands), taken=sorted(self.held - before))
        return self.held - before

    async def confirm(self, brand: str) -> bool:
        """Take or extend one lease; tell whether the brand is ours now."""
        now = self._clock.monotonic()
        if now - self._yielded.get(brand, float("-inf")) < YIELD:
            return False
        if await self._bus.lease(_name(brand), self._owner, LEASE) is None:
            self._since.pop(brand, None)
            return False
        self._since.setdefault(brand, now)
        return True

    def follow(self, brands: Iterable[str]) -> None:
        """Answer for other brands from the next look on."""
        self._brands = tuple(brands)
        self._looked = float("-inf")

    async def drop(self, brand: str) -> None:
        """Give a brand up that is not watched any more."""
        self._since.pop(brand, None)
        await self._bus.release(_name(brand), self._owner)

    async def leave(self) -> None:
        """Give everything up, which spares the others waiting."""
        for brand in self.held:
            await self._bus.release(_name(brand), self._owner)

    def _spare(self, brand: str, colleagues: set[str]) -> bool:
        """Tell whether another service should have a brand that we have held for a while."""
        held = self._clock.monotonic() - self._since.get(brand, float("inf"))
        return held >= SETTLED and max(colleagues, key=lambda one: _weight(one, brand)) != self._owner

    async def _hand_over(self, brand: str) -> None:
        await self._bus.release(_name(brand), self._owner)
        self._since.pop(brand, None)
        self._yielded[brand] = self._clock.monotonic()


def _name(brand: str) -> str:
    return f"alerts:{brand}"


def _weight(worker: str, brand: str) -> bytes:
    """Return a weight that splits brands evenly, and moves few when a worker comes or goes (rendezvous hashing)."""
    return blake2b(f"{worker}\0{brand}".encode(), digest_size=8).digest()
