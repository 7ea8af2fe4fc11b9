"""How many mentions a core can understand with the analyzers that Emberwatch ships, text by text all different.

The limit is the least any reading of words can do: fold the text and cut it into tokens. Copies are cheaper in life,
where most of a storm is copies; no text comes twice here.
"""

import random
import time
from collections.abc import Callable, Sequence

from app.config import Config
from app.domain.brand import Brand
from app.domain.folding import fold, tokens
from app.domain.mention import Author, Mention
from benchmarks.crowd import brands, posts
from benchmarks.report import Report, Row, Series, median
from ingest.understanding import Understanding, Understood, configured

BATCH = 500
MENTIONS = {True: 1_000, False: 5_000}
ROUNDS = {True: 2, False: 6}
HITS = 0.5


def measure(*, quick: bool) -> Report:
    """Return mentions per second on one core, and how far from folding and cutting alone that is."""
    known = _known()
    whole = configured(Config(brands=known))
    whole.understand(_mentions(50, 0))
    ours, limit, single = list[float](), list[float](), dict[str, list[float]]()
    for number in range(1, ROUNDS[quick] + 1):
        crowd = _mentions(MENTIONS[quick], number)
        ours.append(_rate(lambda batch: _all_understood(whole.examine(batch)), crowd))
        limit.append(_rate(lambda batch: [tokens(fold(one.text)) for one in batch], crowd))
        for analyzer in whole.analyzers:
            crowd = _mentions(MENTIONS[quick], 1_000 + number)
            single.setdefault(analyzer.name, []).append(
                _rate(lambda batch, one=analyzer: Understanding([one]).understand(batch), crowd)  # type: ignore[misc] # its default is its value
            )
    rounds = tuple(range(1, len(ours) + 1))
    ratio = median([mine / bare for mine, bare in zip(ours, limit, strict=True)])
    rows = [Row("mentions understood", median(ours), "1/s", "fold and cut into words", median(limit), ratio)]
    rows += [Row(f"by {name} alone", median(rates), "1/s") for name, rates in single.items()]
    curve = Series("understood", rounds, tuple(ours), "round", "mentions/s on one core")
    return Report("analysis", "Understanding mentions, on one core", tuple(rows), ("No text comes twice.",), (curve,))


def _known() -> tuple[Brand, ...]:
    return tuple(brands(3, random.Random(1)))


def _mentions(count: int, seed: int) -> list[Mention]:
    texts = posts(count, _known(), HITS, seed)
    return [Mention("bench", f"{n}", 0.0, f"{text} {seed}-{n}", Author(f"a{n}")) for n, text in enumerate(texts)]


def _all_understood(found: Understood) -> None:
    if found.missing:
        raise AssertionError("An analyzer failed on a post.")


def _rate(work: Callable[[Sequence[Mention]], object], crowd: Sequence[Mention]) -> float:
    """Return mentions per second of this process's CPU time, in batches as the service takes them."""
    begun = time.process_time()
    for start in range(0, len(crowd), BATCH):
        work(crowd[start : start + BATCH])
    return len(crowd) / (time.process_time() - begun)
