"""An analyzer as a port: it understands a batch of texts in one respect."""

from collections.abc import Sequence
from typing import Protocol

from app.domain.analysis import Analysis
from app.domain.mention import Mention


class Analyzer(Protocol):
    """One respect (language, sentiment, …), found by entry point in `emberwatch.analyzers`.

    Analyzers run in the order of `config.analysis.analyzers`; each gets what the earlier ones found. Pure: same texts,
    same findings. Micro-batches always. `brands` are the names of the watched brands, whose words are no evidence.
    Constructing one may read models from disk: never on the event loop.
    """

    name: str

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None: ...

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return one analysis per mention, in order."""
