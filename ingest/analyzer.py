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

    Of a mention an analyzer sees the text (its first 8,000 characters), kind, declared language, rating and brands, and
    nothing else: what it finds is remembered for every copy that differs in handles and links only, so those must not
    change what it finds. Memory of its own it needs none. One that had to fall back, as with a model file that cannot
    be read, is made all the same and says why in a sentence, in an attribute `fault` ("" while all is well).
    """

    name: str

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None: ...

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return one analysis per mention, in order."""
