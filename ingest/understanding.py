"""The analyzers of a configuration in their order, with one memory; one bad text costs itself one respect."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
import structlog

from app import metrics, registry
from app.config import Config
from app.domain.analysis import NOT_ANALYSED, Analysis
from app.domain.brand import Brand
from app.domain.fault import Fault
from app.domain.mention import Author, Mention
from ingest.analyzer import Analyzer
from ingest.memory import Key, Memory, blanked, key, placed

LONG = 8_000
"""Characters of a text that are read; what a long article says is said by then."""
BATCH = 500
CHARACTERS = 100_000
"""Characters that analyzers get at once: one long text must not make its whole batch large."""
_NOBODY = Author("")
_TAG = re.compile(r"(?<![\w&])[#@](\w{3,})")
_log = structlog.get_logger("understanding")


class Failure(NamedTuple):
    """Why a mention could not be analysed at all; a sentence without its text."""

    reason: str


class Missing(NamedTuple):
    """A respect in which a text could not be understood: which analyzer, and what kind of error; never the text."""

    analyzer: str
    error: str

    def __str__(self) -> str:
        return f"the analyzer `{self.analyzer}` failed ({self.error}), what it would have found is missing"


class Understood(NamedTuple):
    """One analysis per mention, in order, and by place in that order what is missing."""

    analyses: list[Analysis]
    missing: dict[int, tuple[Missing, ...]]


class Understanding:
    """Several analyzers as one: each text is read once, whoever repeats it; any thread may ask."""

    def __init__(self, analyzers: Sequence[Analyzer] = (), memory: Memory | None = None) -> None:
        self.analyzers = tuple(analyzers)
        self._memory = Memory() if memory is None else memory

    def __bool__(self) -> bool:
        return bool(self.analyzers)

    @property
    def faults(self) -> tuple[str, ...]:
        """Return, a sentence each, why an analyzer works worse than it should, such as a model that cannot be read."""
        return tuple(fault for analyzer in self.analyzers if (fault := getattr(analyzer, "fault", "")))

    def understand(self, mentions: Sequence[Mention]) -> list[Analysis]:
        """Return one analysis per mention, in order; what an analyzer could not find in a text stays as it was.

        Without analyzers a mention is in the language its source states, and its label is `uncertain`.
        """
        return self.examine(mentions).analyses

    def examine(self, mentions: Sequence[Mention]) -> Understood:
        """Return one analysis per mention, in order, and what is missing in which."""
        if not self.analyzers:
            return Understood([_stated(mention.language) for mention in mentions], {})
        seen = [_seen(mention) for mention in mentions]
        keys = [key(one) for one in seen]
        first: dict[Key, int] = {}
        for place, one in enumerate(keys):
            first.setdefault(one, place)
        known = self._memory.recall(first)
        fresh = {one: place for one, place in first.items() if one not in known}
        read, lost = self._read([seen[place] for place in fresh.values()])
        found = dict(zip(fresh, read, strict=True))
        missing = dict(zip(fresh, lost, strict=True))
        self._memory.keep((one, blanked(analysis)) for one, analysis in found.items() if not missing[one])
        analyses = [
            found[one] if fresh.get(one) == place else placed(known.get(one) or found[one], seen[place].text)
            for place, one in enumerate(keys)
        ]
        return Understood(analyses, {place: missing[one] for place, one in enumerate(keys) if missing.get(one)})

    def _read(self, mentions: Sequence[Mention]) -> tuple[list[Analysis], list[tuple[Missing, ...]]]:
        """Have the analyzers read texts that are all different, a bounded number of characters at a time."""
        found: list[Analysis] = []
        missing: list[tuple[Missing, ...]] = []
        for batch in parcels(mentions):
            analyses, lost = [NOT_ANALYSED] * len(batch), list[tuple[Missing, ...]]([()] * len(batch))
            for analyzer in self.analyzers:
                analyses, failures = examined(analyzer, batch, analyses)
                for place, error in failures.items():
                    lost[place] = (*lost[place], Missing(_name(analyzer), error))
            found += analyses
            missing += lost
        return found, missing


def build(names: Sequence[str], languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> list[Analyzer]:
    """Construct the analyzers of those names; reads models from disk, so never on the event loop."""
    return [registry.load("analyzers", name)(languages, brands) for name in names]


def configured(config: Config) -> Understanding:
    """Construct the analyzers that config.yaml names, knowing its brands."""
    said, brands = config.analysis, names_of(config)
    return Understanding(
        [registry.load("analyzers", name)(said.languages, brands, *said.options(name)) for name in said.analyzers]
    )


def names_of(config: Config) -> tuple[str, ...]:
    """Return the names of everything watched, competitors included, which say nothing about a mention.

    So do tags and handles made of a name: `#nordlicht` of Nordlicht Strom, but not `#abzocke`.
    """
    names = ((brand.name, *_made_of(brand)) for brand in config.watched.brands)
    return tuple(dict.fromkeys(name for those in names for name in those))


def _made_of(brand: Brand) -> list[str]:
    whole = "".join(re.findall(r"\w+", brand.name)).casefold()
    return [tag for tag in _TAG.findall(brand.query) if tag.casefold() in whole or whole in tag.casefold()]


def admit(understanding: Understanding, faults: dict[str, Fault], now: float) -> None:
    """Put into `faults` what works worse than it should, and take it out once it works."""
    reason = " ".join(understanding.faults)
    before = faults.get("analysis")
    if not reason:
        faults.pop("analysis", None)
    elif before is None or before.reason != reason:
        _log.warning("an analyzer falls back", reason=reason)
        faults["analysis"] = Fault("analysis", "model", now, reason)


def parcels(mentions: Sequence[Mention]) -> Iterator[Sequence[Mention]]:
    """Cut mentions, in order, into batches of bounded number and bounded characters."""
    begin = characters = 0
    for place, mention in enumerate(mentions):
        characters += len(mention.text)
        if place > begin and (characters > CHARACTERS or place - begin >= BATCH):
            yield mentions[begin:place]
            begin, characters = place, len(mention.text)
    if begin < len(mentions):
        yield mentions[begin:]


def examined(
    analyzer: Analyzer, mentions: Sequence[Mention], before: Sequence[Analysis]
) -> tuple[list[Analysis], dict[int, str]]:
    """Return what an analyzer finds and, by place, the kind of error where it raises: halved until it stands alone."""
    found, failures = _halved(analyzer, mentions, before)
    for error in set(failures.values()):
        number = sum(one == error for one in failures.values())
        metrics.ANALYZER_FAILURES.labels(_name(analyzer), error).inc(number)
        _log.warning("an analyzer failed", analyzer=_name(analyzer), error=error, mentions=number)
    return found, failures


def _halved(
    analyzer: Analyzer, mentions: Sequence[Mention], before: Sequence[Analysis]
) -> tuple[list[Analysis], dict[int, str]]:
    try:
        found = zip(mentions, analyzer.analyse(mentions, before), strict=True)
        return [analysis for _, analysis in found], {}
    except Exception as error:  # noqa: BLE001 - an analyzer may be a stranger's; its bug must cost one respect of one mention
        if len(mentions) == 1:
            return list(before), {0: type(error).__name__}
    half = len(mentions) // 2
    left, early = _halved(analyzer, mentions[:half], before[:half])
    right, late = _halved(analyzer, mentions[half:], before[half:])
    return left + right, early | {half + place: error for place, error in late.items()}


def _name(analyzer: Analyzer) -> str:
    return getattr(analyzer, "name", "") or type(analyzer).__name__


def _seen(mention: Mention) -> Mention:
    """Return what analyzers get to see of a mention: exactly what copies share, and the words of this one."""
    return Mention(
        channel="",
        id="",
        published_at=0.0,
        text=mention.text[:LONG],
        author=_NOBODY,
        kind="post" if mention.kind == "repost" else mention.kind,
        language=mention.language,
        rating=mention.rating,
        brands=mention.brands,
    )


@lru_cache(1_000)
def _stated(language: str | None) -> Analysis:
    stated = (language or "").lower().replace("_", "-").partition("-")[0]
    return msgspec.structs.replace(NOT_ANALYSED, language=stated) if stated else NOT_ANALYSED
