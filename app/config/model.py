"""What the services get: frozen, complete, every default filled in."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from msgspec.structs import replace
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from app.config.alerting import AlertsSection
from app.config.duration import DAY, YEAR, Kept
from app.config.nearest import nearest
from app.domain.brand import EVERY, Brand, Campaign, Topic, Watched
from app.domain.languages import KNOWN
from app.domain.priority import Rules, Thresholds, Weights
from app.domain.rule import Rule
from app.domain.wall import Language, Wall


class Section(BaseModel):
    """One part of config.yaml: frozen, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        hint = nearest(name, available_timezones())
        raise ValueError(f"there is no time zone `{name}`;{hint} write one such as Europe/Berlin") from None
    return name


def visible(text: str) -> str:
    """Return a text in which something can be seen; raise `ValueError` for any other."""
    if not text.strip():
        raise ValueError("a text has to stand here; it is empty")
    return text


class SiteSection(Section):
    """How this installation is called, and the time zone and language its people think in."""

    name: Annotated[StrictStr, Field(max_length=60), AfterValidator(visible)] = "Emberwatch"
    zone: Annotated[StrictStr, AfterValidator(_zone)] = "Europe/Berlin"
    language: Language = "de"


LEAST_LAG = 1000
Lag = Annotated[StrictInt, Field(ge=LEAST_LAG)]


class LagLimits(Section):
    """By group of readers: how many entries of a partition may wait for it before publishing is held back."""

    analysis: Lag = 200_000
    archive: Lag = 200_000

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | Mapping | LagLimits):
            raise ValueError("a whole number has to stand here, or a block such as {analysis: 200000, archive: 500000}")  # noqa: TRY004 - pydantic wants it
        if not isinstance(data, int):
            return data
        if data < LEAST_LAG:
            raise ValueError(f"it has to be at least {LEAST_LAG}")
        return dict.fromkeys(cls.model_fields, data)


class BusSection(Section):
    """The Redis side: how many partitions, how durable, and when publishing is held back."""

    partitions: Annotated[StrictInt, Field(ge=1, le=1024)] = 1
    aof: Literal["everysec", "always"] = "everysec"
    lag_limit: LagLimits = LagLimits()
    replicas: Annotated[StrictInt, Field(ge=0, le=5)] | None = None


class IngestSection(Section):
    """How listening copes with a bus that takes nothing."""

    spool_limit: Annotated[StrictInt, Field(ge=1, le=1_000_000)] = 256
    """Megabytes that may wait on disk for each source that cannot rewind."""
    unmatched_limit: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = 512
    """Megabytes of posts of the last 24 h that are mentions of nobody, for previews; 0 keeps none."""


class RetentionSection(Section):
    """How long what is kept, in seconds; by channel where it shall differ."""

    mentions: Annotated[float, Kept(1)] = 400 * DAY
    channels: dict[StrictStr, Annotated[float, Kept(1)]] = {}
    minutes: Annotated[float, Kept(30)] = 400 * DAY
    hours: Annotated[float, Kept(30)] = 10 * YEAR
    deltas: Annotated[float, Kept(30)] = 400 * DAY
    audit: Annotated[float, Kept(30)] = 10 * YEAR

    def mentions_of(self, channel: str) -> float:
        """Return how long mentions of a channel are kept."""
        return self.channels.get(channel, self.mentions)


def _spoken(code: str) -> str:
    if code not in KNOWN:
        raise ValueError(f"there is no language `{code}`;{nearest(code, KNOWN)} write a code of two letters such as de")
    return code


def _three(labels: tuple[str, ...]) -> tuple[str, ...]:
    if missing := [label for label in ("negative", "neutral", "positive") if labels.count(label) != 1]:
        raise ValueError(f"`{missing[0]}` has to stand here once, in the order of the model's outputs")
    return labels


class TransformerSection(Section):
    """The model that the analyzer `transformer` is to use: an ONNX sequence classifier and its tokenizer.json."""

    model: Annotated[StrictStr, AfterValidator(visible)]
    tokenizer: Annotated[StrictStr, AfterValidator(visible)]
    labels: Annotated[tuple[StrictStr, ...], AfterValidator(_three)] = ("negative", "neutral", "positive")
    tokens: Annotated[StrictInt, Field(ge=8, le=4096)] = 128
    """Of a text that are read."""
    budget: Annotated[StrictFloat, Field(gt=0, le=600)] = 5.0
    """Seconds it may take for a batch."""
    threads: Annotated[StrictInt, Field(ge=1, le=256)] = 1


class AnalysisSection(Section):
    """Which languages are understood and by which analyzers, in their order."""

    languages: Annotated[tuple[Annotated[StrictStr, AfterValidator(_spoken)], ...], Field(min_length=1)] = ("de", "en")
    analyzers: tuple[StrictStr, ...] = ("language", "sentiment", "intent", "terms", "voice")
    patience: Annotated[StrictFloat, Field(gt=0, le=3600)] = 30.0
    """Seconds they may take for a batch."""
    transformer: TransformerSection | None = None

    def options(self, analyzer: str) -> tuple[Section, ...]:
        """Return what an analyzer gets beside languages and brands."""
        return (self.transformer,) if analyzer == "transformer" and self.transformer else ()


Points = Annotated[StrictFloat, Field(ge=0, le=100)]


class WeightsSection(Section):
    """The most points that each circumstance gives, or takes in the case of `copied` and `answered`."""

    danger: Points = 60.0
    legal: Points = 45.0
    negative: Points = 25.0
    rating: Points = 8.0
    complaint: Points = 18.0
    query: Points = 16.0
    request: Points = 14.0
    lead: Points = 24.0
    suggestion: Points = 6.0
    reach: Points = 20.0
    influence: Points = 15.0
    unanswered: Points = 25.0
    customer: Points = 10.0
    copied: Points = 15.0
    answered: Points = 30.0


class ThresholdsSection(Section):
    """From which score on a level begins, and who is influential."""

    urgent: Points = 55.0
    high: Points = 45.0
    medium: Points = 20.0
    influence: Points = 50.0
    reach: Annotated[StrictInt, Field(ge=1)] = 50_000


def _wordy(text: str) -> str:
    if not any(letter.isalnum() for letter in text):
        raise ValueError("a word has to stand here, such as Rückruf or 'data leak'")
    return text


class PrioritySection(Section):
    """How urgent a mention is: weights, thresholds, and words of this house that make it urgent."""

    weights: WeightsSection = WeightsSection()
    thresholds: ThresholdsSection = ThresholdsSection()
    urgent_words: Annotated[
        tuple[Annotated[StrictStr, Field(max_length=100), AfterValidator(_wordy)], ...], Field(max_length=200)
    ] = ()

    @property
    def rules(self) -> Rules:
        """Return the same as the domain takes it."""
        weights, thresholds = Weights(**self.weights.model_dump()), Thresholds(**self.thresholds.model_dump())
        return Rules(weights, thresholds, self.urgent_words)


class NoOptions(Section):
    """The options of a connector that has none."""


class Source(Section):
    """One source; `options` is an instance of its connector's `Options`, `brand` binds all it hears to one brand."""

    id: str
    connector: str
    brand: str | None = None
    options: SerializeAsAny[BaseModel] = NoOptions()


class Config(Section):
    """The whole configuration."""

    site: SiteSection = SiteSection()
    brands: tuple[Brand, ...]
    """Our own; `watched` has the competitors, too."""
    competitors: tuple[Brand, ...] = ()
    topics: tuple[Topic, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    rules: tuple[Rule, ...] = ()
    spam: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    walls: tuple[Wall, ...] = ()
    bus: BusSection = BusSection()
    ingest: IngestSection = IngestSection()
    retention: RetentionSection = RetentionSection()
    analysis: AnalysisSection = AnalysisSection()
    priority: PrioritySection = PrioritySection()
    alerts: AlertsSection = AlertsSection()

    @model_validator(mode="before")
    @classmethod
    def _one_wall_at_least(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("walls"):
            brands = tuple(brand.id for brand in data.get("brands", ()))
            name = data.get("site", SiteSection()).name
            data = {**data, "walls": (Wall("main", name, brands, every=True),)}
        return data

    @property
    def watched(self) -> Watched:
        """Return everything that is listened for: brands of ours first, then their competitors."""
        return Watched((*self.brands, *self.competitors), self.topics, self.campaigns, self.spam)

    def without_demo(self) -> "Config":
        """Return the configuration without demo sources and demo brands, and what belongs to those."""
        brands = tuple(brand for brand in self.brands if not brand.demo)
        competitors = tuple(rival for rival in self.competitors if not rival.demo)
        kept = {brand.id for brand in (*brands, *competitors)}
        sources = tuple(s for s in self.sources if s.connector != "demo" and (s.brand is None or s.brand in kept))
        walls = tuple(replace(wall, brands=tuple(b for b in wall.brands if b in kept)) for wall in self.walls)
        topics = (replace(topic, brands=tuple(b for b in topic.brands if b in kept)) for topic in self.topics)
        left = {topic.id for topic in self.topics if not topic.brands or kept.intersection(topic.brands)}
        left |= {campaign.id for campaign in self.campaigns if campaign.brand in kept}
        rules = (rule for rule in self.rules if rule.topic is None or rule.topic in left)
        update = {
            "brands": brands,
            "competitors": tuple(r for r in competitors if kept.intersection(r.rivals) or EVERY in r.rivals),
            "topics": tuple(topic for topic in topics if topic.id in left),
            "campaigns": tuple(campaign for campaign in self.campaigns if campaign.brand in kept),
            "rules": tuple(rule for rule in rules if not rule.brands or kept.intersection(rule.brands)),
            "sources": sources,
            "walls": walls,
        }
        return self.model_copy(update=update)
