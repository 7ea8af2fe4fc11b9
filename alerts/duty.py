"""Duty: which brands this service answers for, when several share them on any number of machines.

Brands whose ids have the same byte of hash go together under one lease: there are 256 however many brands there are.
"""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
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
    """One lease a share of the brands; those that join get their part, those of a service that died are taken over."""

    def __init__(self, bus: Bus, brands: Iterable[str], owner: str, clock: Clock) -> None:
        self._bus, self._owner, self._clock = bus, owner, clock
        self._since: dict[str, float] = {}
        self._yielded: dict[str, float] = {}
        self._of: dict[str, set[str]] = {}
        """Lease → brands."""
        self.follow(brands)

    @property
    def held(self) -> set[str]:
        """Return the brands that were ours at the last look."""
        return {brand for lease in self._since for brand in self._of.get(lease, ())}

    def due(self) -> bool:
        """Tell whether it is time to look again."""
        return self._clock.monotonic() - self._looked >= LOOK

    async def look(self) -> set[str]:
        """Extend what is ours, take what nobody holds, hand over what another should do; return what is new."""
        self._looked = self._clock.monotonic()
        before = self.held
        colleagues = {*(await self._bus.reports()).get("alerts", ()), self._owner}
        places = asyncio.Semaphore(TOGETHER)

        async def settle(lease: str) -> None:
            async with places:
                await (self._hand_over(lease) if self._spare(lease, colleagues) else self._take(lease))

        await asyncio.gather(*(settle(lease) for lease in list(self._of)))
        held = self.held
        if before != held:
            log.info("duty", brands=len(held), of=len(self._brands), taken=len(held - before))
        return held - before

    async def confirm(self, brand: str) -> bool:
        """Take or extend the lease of a brand; tell whether it is ours now."""
        lease = lease_of(brand)
        taken = await self._take(lease)
        if taken:
            self._of.setdefault(lease, set()).add(brand)
        return taken

    async def _take(self, lease: str) -> bool:
        now = self._clock.monotonic()
        if now - self._yielded.get(lease, float("-inf")) < YIELD:
            return False
        if await self._bus.lease(lease, self._owner, LEASE) is None:
            self._since.pop(lease, None)
            return False
        self._since.setdefault(lease, now)
        return True

    def follow(self, brands: Iterable[str]) -> None:
        """Answer for other brands from the next look on; those that went stay ours until they are dropped."""
        self._brands = frozenset(brands)
        self._of = {lease: kept for lease, kept in self._of.items() if lease in self._since}
        for brand in self._brands:
            self._of.setdefault(lease_of(brand), set()).add(brand)
        self._looked = float("-inf")

    async def drop(self, brand: str) -> None:
        """Give a brand up that is not watched any more."""
        lease = lease_of(brand)
        kept = self._of.get(lease, set())
        kept.discard(brand)
        if not kept:
            self._of.pop(lease, None)
            self._since.pop(lease, None)
            await self._bus.release(lease, self._owner)

    async def leave(self) -> None:
        """Give everything up, which spares the others waiting."""
        for lease in self._since:
            await self._bus.release(lease, self._owner)

    def _spare(self, lease: str, colleagues: set[str]) -> bool:
        """Tell whether another service should have what we have held for a while."""
        held = self._clock.monotonic() - self._since.get(lease, float("inf"))
        return held >= SETTLED and max(colleagues, key=lambda one: _weight(one, lease)) != self._owner

    async def _hand_over(self, lease: str) -> None:
        await self._bus.release(lease, self._owner)
        self._since.pop(lease, None)
        self._yielded[lease] = self._clock.monotonic()


@lru_cache(1 << 14)
def lease_of(brand: str) -> str:
    """Return the name of the lease that a brand belongs to."""
    return f"alerts:{blake2b(brand.encode(), digest_size=1).hexdigest()}"


def _weight(worker: str, lease: str) -> bytes:
    """Return a weight that splits leases evenly, and moves few when a worker comes or goes (rendezvous hashing)."""
    return blake2b(f"{worker}\0{lease}".encode(), digest_size=8).digest()
