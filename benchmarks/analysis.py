"""How many mentions a core can understand with the analyzers that Emberwatch ships, text by text all different.

The limit is the least any reading of words can do: fold the text and cut it into tokens; the peer is TextBlob, which
finds sentiment alone. Copies are cheaper in life, where most of a storm is copies; no text comes twice but in the row
that says so.
"""

import random
import time
from collections.abc import Callable, Sequence

from app.config import Config
from app.domain.analysis import NOT_ANALYSED
from app.domain.brand import Brand
from app.domain.folding import fold, tokens
from app.domain.mention import Author, Mention
from benchmarks.crowd import brands, posts
from benchmarks.report import Report, Row, Series, median
from ingest.analyzer import Analyzer
from ingest.evaluation import footprint
from ingest.evaluation.peers import textblob
from ingest.understanding import Understood, configured, examined, parcels

BATCH = 500
MENTIONS = {True: 1_000, False: 5_000}
ROUNDS = {True: 2, False: 6}
WEIGHED = 4_000
"""Texts that the memory is measured with."""
HITS = 0.5
MUST, AIM = 3_000, 8_000
MOST_MEMORY, LITTLE_MEMORY = 300, 150


def measure(*, quick: bool) -> Report:
    """Return mentions per second on one core, each analyzer's share of the time, what copies cost, and the memory."""
    config = Config(brands=_known())
    whole = configured(config)
    whole.understand(_mentions(50, 0))
    ours, copies, limit, peer = list[float](), list[float](), list[float](), list[float]()
    shares: dict[str, list[float]] = {analyzer.name: [] for analyzer in whole.analyzers}
    for number in range(1, ROUNDS[quick] + 1):
        crowd = _mentions(MENTIONS[quick], number)
        ours.append(_rate(lambda batch: _all_understood(whole.examine(batch)), crowd))
        copies.append(_rate(lambda batch: _all_understood(whole.examine(batch)), _retold(crowd)))
        limit.append(_rate(lambda batch: [tokens(fold(one.text)) for one in batch], crowd))
        peer.append(textblob([one.text for one in crowd[: MENTIONS[quick] // 2]]).rate)
        for name, share in _shares(whole.analyzers, _mentions(MENTIONS[quick], 1_000 + number)).items():
            shares[name].append(share)
    memory = footprint.memory(list(config.analysis.analyzers), [one.text for one in _mentions(WEIGHED, 99)])
    rows = [
        Row("mentions understood", median(ours), "1/s", must=MUST, aim=AIM),
        _against("the same", ours, "fold and cut into words", limit),
        _against("the same", ours, "sentiment by TextBlob", peer),
        _against("copies, with other handles and links", copies, "fold and cut into words", limit),
        *(Row(f"share of `{name}` in the time", median(found), "%") for name, found in shares.items()),
        Row("memory of a worker", memory.peak, "MB", "the bare import", memory.bare, memory.peak / memory.bare),
        Row("the same over it", memory.extra, "MB", must=MOST_MEMORY, aim=LITTLE_MEMORY, lower_is_better=True),
    ]
    rounds = tuple(range(1, len(ours) + 1))
    curve = Series("understood", rounds, tuple(ours), "round", "mentions/s on one core")
    note = "No text comes twice, but among the copies."
    return Report("analysis", "Understanding mentions, on one core", tuple(rows), (note,), (curve,))


def _against(what: str, ours: Sequence[float], limit: str, limits: Sequence[float]) -> Row:
    ratio = median([mine / other for mine, other in zip(ours, limits, strict=True)])
    return Row(what, median(ours), "1/s", limit, median(limits), ratio)


def _shares(analyzers: Sequence[Analyzer], crowd: Sequence[Mention]) -> dict[str, float]:
    """Return each analyzer's percentage of the time that all take, one after the other."""
    took = dict.fromkeys((analyzer.name for analyzer in analyzers), 0.0)
    for batch in parcels(crowd):
        found = [NOT_ANALYSED] * len(batch)
        for analyzer in analyzers:
            begun = time.process_time()
            found, _ = examined(analyzer, batch, found)
            took[analyzer.name] += time.process_time() - begun
    total = sum(took.values())
    return {name: 100 * seconds / total for name, seconds in took.items()}


def _known() -> tuple[Brand, ...]:
    return tuple(brands(3, random.Random(1)))


def _mentions(count: int, seed: int) -> list[Mention]:
    crowd = posts(count, _known(), HITS, seed)
    return [_mention(f"@{seed:05d} {one.text} {seed}-{n}", n) for n, one in enumerate(crowd)]


def _retold(crowd: Sequence[Mention]) -> list[Mention]:
    """Return the same words to somebody else."""
    return [_mention(f"@again{one.text[6:]}", n) for n, one in enumerate(crowd)]


def _mention(text: str, number: int) -> Mention:
    return Mention("bench", f"{number}", 0.0, text, Author(f"a{number}"))


def _all_understood(found: Understood) -> None:
    if found.missing:
        raise AssertionError("An analyzer failed on a post.")


def _rate(work: Callable[[Sequence[Mention]], object], crowd: Sequence[Mention]) -> float:
    """Return mentions per second of this process's CPU time, in batches as the service takes them."""
    begun = time.process_time()
    for start in range(0, len(crowd), BATCH):
        work(crowd[start : start + BATCH])
    return len(crowd) / (time.process_time() - begun)
