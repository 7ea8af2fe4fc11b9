"""What may be written in config.yaml, as rows that pydantic checks."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator, StrictBool, StrictFloat, StrictStr

from app.config.alerting import AlertsSection
from app.config.model import (
    AnalysisSection,
    BusSection,
    IngestSection,
    PrioritySection,
    RetentionSection,
    Section,
    SiteSection,
    visible,
)
from app.config.period import moment
from app.domain import condition_reading
from app.domain.incident import Severity
from app.domain.query import parse
from app.domain.rule import hours
from app.errors import QueryError

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise ValueError("an id is made of letters A-Z, digits and - _ . only, at most 63 of them")
    return text


def _handle(text: str) -> str:
    if not any(letter.isalnum() for letter in text):
        raise ValueError("this is no handle; write one such as '@nordlichtstrom'")
    return text


def _query(text: str) -> str:
    try:
        parse(text)
    except QueryError as error:
        raise ValueError(f"the query cannot be read at character {error.position + 1}: {error}") from None
    return text


def _condition(text: str) -> str:
    try:
        condition_reading.parse(text)
    except QueryError as error:
        raise ValueError(f"the condition cannot be read at character {error.position + 1}: {error}") from None
    return text


def _hours(text: str) -> str:
    if text and hours(text) is None:
        raise ValueError("quiet hours are written from-to, as in '22:00-06:00'")
    return text


Slug = Annotated[StrictStr, AfterValidator(_slug)]
Name = Annotated[StrictStr, Field(max_length=60), AfterValidator(visible)]
Query = Annotated[StrictStr, AfterValidator(_query)]
Condition = Annotated[StrictStr, AfterValidator(_condition)]
Hours = Annotated[StrictStr, AfterValidator(_hours)]
Moment = Annotated[date | float, PlainValidator(moment)]
Handle = Annotated[StrictStr, AfterValidator(_handle)]
Seconds = Annotated[StrictFloat, Field(ge=3, le=3600)]


class BrandRow(Section):
    """One brand: `query` says what counts as a mention of it, `accounts` are our own handles."""

    id: Slug
    name: Name
    query: Query
    accounts: tuple[Handle, ...] = ()
    exclude: tuple[Query, ...] = ()
    demo: StrictBool = False


class CompetitorRow(Section):
    """One competitor `of` our brands, of all without it: counted like a brand, and never alarmed for."""

    id: Slug
    name: Name
    query: Query
    accounts: tuple[Handle, ...] = ()
    exclude: tuple[Query, ...] = ()
    of: Annotated[tuple[StrictStr, ...], Field(min_length=1)] | None = None
    demo: StrictBool = False


class TopicRow(Section):
    """One topic, looked for among the mentions of `brands`, of all without it."""

    id: Slug
    name: Name
    query: Query
    brands: Annotated[tuple[StrictStr, ...], Field(min_length=1)] | None = None


class CampaignRow(Section):
    """One campaign of a brand: what its query finds from `start` to `end`, a day being whole."""

    id: Slug
    name: Name
    brand: StrictStr
    query: Query
    start: Moment
    end: Moment


class RuleRow(Section):
    """One rule: `when` is its condition, `topic` the id of a topic or campaign of its `brands`, of all without them."""

    id: Slug
    name: Name
    when: Condition
    brands: Annotated[tuple[StrictStr, ...], Field(min_length=1)] | None = None
    topic: StrictStr | None = None
    severity: Severity = "warning"
    tell: tuple[StrictStr, ...] = ()
    quiet: Hours = ""
    shadow: StrictBool = False
    paused: StrictBool = False


class SpamRow(Section):
    """All queries for what nobody wants to hear, as the API takes them; config.yaml has the list alone."""

    queries: tuple[Query, ...]


class SourceRow(Section):
    """What every source has; all other keys of its row belong to its connector."""

    id: Slug
    connector: StrictStr
    brand: StrictStr | None = None


class WallRow(Section):
    """One wall: which brands in which scenes, and how long each stays."""

    id: Slug
    name: Name | None = None
    brands: Annotated[tuple[StrictStr, ...], Field(min_length=1)] | None = None
    scenes: Annotated[tuple[Literal["lage", "topics", "sources"], ...], Field(min_length=1)] = ("lage",)
    dwell: Seconds = 25.0


class Rows(Section):
    """The whole file."""

    site: SiteSection = SiteSection()
    brands: Annotated[tuple[BrandRow, ...], Field(min_length=1)]
    competitors: tuple[CompetitorRow, ...] = ()
    topics: tuple[TopicRow, ...] = ()
    campaigns: tuple[CampaignRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    spam: tuple[Query, ...] = ()
    sources: tuple[SourceRow, ...] = ()
    walls: tuple[WallRow, ...] = ()
    bus: BusSection = BusSection()
    ingest: IngestSection = IngestSection()
    retention: RetentionSection = RetentionSection()
    analysis: AnalysisSection = AnalysisSection()
    priority: PrioritySection = PrioritySection()
    alerts: AlertsSection = AlertsSection()
