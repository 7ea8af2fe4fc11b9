"""For how long mentions of a channel may be kept: what is configured, and never longer than its terms allow."""

from collections.abc import Iterable

import structlog

from app import registry
from app.config.duration import DAY
from app.config.model import RetentionSection
from ingest.connector import Terms

log = structlog.get_logger("archive")


def within_terms(keep: RetentionSection) -> RetentionSection:
    """Return a retention that keeps to the terms of every channel we have a connector for, heard at present or not."""
    return shortened(keep, _known())


def shortened(keep: RetentionSection, terms: Iterable[tuple[str, Terms]]) -> RetentionSection:
    """Return a retention in which no channel is kept for longer than its terms say."""
    channels = dict(keep.channels)
    for channel, said in terms:
        if said.days is not None:
            channels[channel] = min(channels.get(channel, keep.mentions), said.days * DAY)
    return keep.model_copy(update={"channels": channels})


def _known() -> Iterable[tuple[str, Terms]]:
    for name in registry.names("connectors"):
        try:
            connector = registry.load("connectors", name)
        except Exception as error:  # noqa: BLE001 - whoever cannot be loaded brings no mentions either
            log.warning("terms unknown", connector=name, error=type(error).__name__)
            continue
        if isinstance(terms := getattr(connector, "terms", None), Terms):
            yield connector.channel, terms
