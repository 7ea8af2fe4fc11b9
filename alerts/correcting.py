"""Which brands something was corrected of: their open incidents are judged again at once."""

from collections.abc import Iterable

from app.bus.port import Bus
from app.domain.correction import CORRECTED


class Corrected:
    """Listens to what analysis says of corrections; what is missed is found by the next ordinary step."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._brands: set[str] = set()

    async def run(self) -> None:
        """Listen until cancelled."""
        async for said in self._bus.commands(CORRECTED):
            self.put(said.get("brands", "").split(","))

    def put(self, brands: Iterable[str]) -> None:
        """Note brands that are to be judged again."""
        self._brands.update(brands)

    def take(self) -> set[str]:
        """Return the brands heard of since this was last asked."""
        brands, self._brands = self._brands, set()
        return brands
