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
ROOM = 16_000_000
"""Bytes that all remembered analyses may take together."""
APIECE = 200
"""Bytes that each takes beside what was found: its key, its place."""

Key = bytes
_packed = msgspec.msgpack.Encoder().encode
_unpacked = msgspec.msgpack.Decoder(Analysis).decode


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


class Memory:
    """The analyses of the newest texts, bounded by their number and by their bytes; any thread may ask.

    They are kept packed: a fifth of the bytes.
    """

    def __init__(self, entries: int = ENTRIES, room: int = ROOM) -> None:
        self._entries, self._room = entries, room
        self._known: OrderedDict[Key, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, keys: Iterable[Key]) -> dict[Key, Analysis]:
        """Return the blanked analyses that are known of those keys."""
        found = {}
        with self._lock:
            for one in keys:
                if (packed := self._known.get(one)) is not None:
                    self._known.move_to_end(one)
                    found[one] = packed
        return {one: _unpacked(packed) for one, packed in found.items()}

    def keep(self, analyses: Iterable[tuple[Key, Analysis]]) -> None:
        """Remember blanked analyses; those not asked for the longest make room."""
        packed = [(one, _packed(analysis)) for one, analysis in analyses]
        with self._lock:
            for one, new in packed:
                if (before := self._known.pop(one, None)) is not None:
                    self._bytes -= APIECE + len(before)
                self._known[one] = new
                self._bytes += APIECE + len(new)
            while self._known and (len(self._known) > self._entries or self._bytes > self._room):
                self._bytes -= APIECE + len(self._known.popitem(last=False)[1])


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
