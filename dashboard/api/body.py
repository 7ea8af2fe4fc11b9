"""What the routes of writing take, as the description of the API shows it."""

from app.domain.analysis import IntentLabel
from app.domain.correction import Verdict
from dashboard.api.shape import Shape


class BrandBody(Shape):
    """A brand without its id; `exclude` are queries for other senses of its name."""

    name: str
    query: str
    accounts: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class NewBrand(BrandBody):
    """A brand that is not watched yet; without an id it gets one made from its name."""

    id: str | None = None


class CompetitorBody(BrandBody):
    """A competitor without its id; null: it competes with all our brands."""

    of: list[str] | None = None


class TopicBody(Shape):
    """A topic without its id; null: it is looked for among the mentions of all brands."""

    name: str
    query: str
    brands: list[str] | None = None


class CampaignBody(Shape):
    """A campaign without its id; `start` and `end` are whole days such as 2026-11-21, or instants (RFC 3339)."""

    name: str
    brand: str
    query: str
    start: str
    end: str


class SpamBody(Shape):
    """All queries for what nobody wants to hear; an empty list for none."""

    queries: list[str]


class CorrectionBody(Shape):
    """What a mention means: `sentiment`, `intents` or both; null takes back what was said before.

    `sample` is what `GET /api/v1/analysis/sample` gave out with it.
    """

    sentiment: Verdict | None = None
    intents: list[IntentLabel] | None = None
    sample: str = ""
