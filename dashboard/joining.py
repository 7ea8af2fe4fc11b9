"""Brands that joined while the wall was running, each with a snapshot of its own."""

from collections.abc import Iterable, Mapping

from app.bus.port import Delta


class Joining:
    """Says which deltas a brand's own snapshot holds already, so that they are not counted twice."""

    def __init__(self) -> None:
        self._seqs: dict[str, Mapping[int, int]] = {}

    def join(self, brands: Iterable[str], seqs: Mapping[int, int]) -> None:
        """Note up to which delta of each partition the snapshot of these brands counts."""
        self._seqs |= {brand: dict(seqs) for brand in brands}

    def holds(self, brand: str, delta: Delta) -> bool:
        """Tell whether a brand's own snapshot has what a delta says."""
        seqs = self._seqs.get(brand)
        return seqs is not None and delta.seq <= seqs.get(delta.partition, 0)

    def clear(self) -> None:
        """Forget all of it: one snapshot of everything has been read."""
        self._seqs.clear()
