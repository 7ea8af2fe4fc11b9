"""What was understood of texts already seen: most of a storm is copies, and a copy is not read twice."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from threading import Lock

import msgspec

from app.domain.analysis import Analysis, Evidence
from app.domain.mention import Mention
from ingest.masking import masked

ENTRIES = 20_000
ROOM = 32_000_000
"""Bytes that all remembered analyses may take together, as `weight` estimates them."""

Key = bytes


def key(mention: Mention) -> Key:
    """Return what copies share: a digest of the text with handles and links blanked, and of all else analyzers see.

    A digest, so that nobody's words stay here after they were deleted.
    """
    said = (mention.kind, mention.language or "", str(mention.rating), ",".join(mention.brands), masked(mention.text))
    return blake2b("\x1f".join(said).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def blanked(analysis: Analysis) -> Analysis:
    """Return the analysis with the places of its evidence, but not the words."""
    return _reworded(analysis, None)


def placed(analysis: Analysis, text: str) -> Analysis:
    """Return the analysis of a copy with the evidence in the words of `text`; masking keeps every place."""
    return _reworded(analysis, text)


def weight(analysis: Analysis) -> int:
    """Return about how many bytes a blanked analysis takes."""
    spans = len(analysis.sentiment.evidence) + sum(1 + len(intent.evidence) for intent in analysis.intents)
    return 600 + 150 * spans + 60 * len(analysis.terms) + 2 * len("".join(analysis.terms))


class Memory:
    """The analyses of the newest texts, bounded by their number and by their bytes; any thread may ask."""

    def __init__(self, entries: int = ENTRIES, room: int = ROOM) -> None:
        self._entries, self._room = entries, room
        self._known: OrderedDict[Key, Analysis] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, keys: Iterable[Key]) -> dict[Key, Analysis]:
        """Return the blanked analyses that are known of those keys."""
        found = {}
        with self._lock:
            for one in keys:
                if (analysis := self._known.get(one)) is not None:
                    self._known.move_to_end(one)
                    found[one] = analysis
        return found

    def keep(self, analyses: Iterable[tuple[Key, Analysis]]) -> None:
        """Remember blanked analyses; those not asked for the longest make room."""
        with self._lock:
            for one, analysis in analyses:
                if (before := self._known.pop(one, None)) is not None:
                    self._bytes -= weight(before)
                self._known[one] = analysis
                self._bytes += weight(analysis)
            while self._known and (len(self._known) > self._entries or self._bytes > self._room):
                self._bytes -= weight(self._known.popitem(last=False)[1])


def _reworded(analysis: Analysis, text: str | None) -> Analysis:
    sentiment, intents = analysis.sentiment, analysis.intents
    if sentiment.evidence:
        sentiment = msgspec.structs.replace(sentiment, evidence=_spans(sentiment.evidence, text))
    elif not any(intent.evidence for intent in intents):
        return analysis
    intents = tuple(msgspec.structs.replace(one, evidence=_spans(one.evidence, text)) for one in intents)
    return msgspec.structs.replace(analysis, sentiment=sentiment, intents=intents)


def _spans(evidence: Sequence[Evidence], text: str | None) -> tuple[Evidence, ...]:
    return tuple(
        Evidence("" if text is None else text[one.start : one.end], one.start, one.end, one.weight) for one in evidence
    )
