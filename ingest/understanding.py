"""The analyzers of a configuration in their order, and one bad text that does not spoil a batch."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from app import registry
from app.config import Config
from app.domain.analysis import NOT_ANALYSED, Analysis
from app.domain.mention import Mention
from ingest.analyzer import Analyzer


class Failure(NamedTuple):
    """Why a mention could not be analysed; a sentence without its text."""

    reason: str


def build(names: Sequence[str], languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> list[Analyzer]:
    """Construct the analyzers of those names; reads models from disk, so never on the event loop."""
    return [registry.load("analyzers", name)(languages, brands) for name in names]


def configured(config: Config) -> list[Analyzer]:
    """Construct the analyzers that config.yaml names, knowing its brands."""
    return build(config.analysis.analyzers, config.analysis.languages, names_of(config))


def names_of(config: Config) -> tuple[str, ...]:
    """Return the names of everything watched, competitors included, which say nothing about a mention."""
    return tuple(brand.name for brand in config.watched.brands)


def understand(analyzers: Sequence[Analyzer], mentions: Sequence[Mention]) -> list[Analysis | Failure]:
    """Return one analysis per mention, in order; where an analyzer raises, halve until the culprit stands alone.

    Without analyzers a mention is in the language its source states, and its label is `uncertain`.
    """
    if not analyzers:
        return [_stated(mention.language) for mention in mentions]
    if not mentions:
        return []
    found: list[Analysis] = [NOT_ANALYSED] * len(mentions)
    try:
        for analyzer in analyzers:
            found = analyzer.analyse(mentions, found)
    except Exception as error:  # noqa: BLE001 - an analyzer may be a stranger's; its bug must cost one mention only
        if len(mentions) == 1:
            return [Failure(f"an analyzer failed: {type(error).__name__}")]
        half = len(mentions) // 2
        return understand(analyzers, mentions[:half]) + understand(analyzers, mentions[half:])
    return list(found)


@lru_cache(1_000)
def _stated(language: str | None) -> Analysis:
    stated = (language or "").lower().replace("_", "-").partition("-")[0]
    return msgspec.structs.replace(NOT_ANALYSED, language=stated) if stated else NOT_ANALYSED
