"""What the routes answer, as the description of the API shows it; the tests hold every answer against it."""

from typing import Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.domain.analysis import Label
from app.domain.schooling import Outcome

Item = TypeVar("Item")


class Shape(BaseModel):
    """A JSON object with exactly these keys."""

    model_config = ConfigDict(extra="forbid")


class Items(Shape, Generic[Item]):
    """A list; `next` is the `cursor` of the following page, null on the last."""

    items: list[Item]
    next: str | None


class Brand(Shape):
    """A brand that is watched; of a competitor, `of` names our brands that it competes with, null for all."""

    id: str
    name: str
    query: str
    accounts: list[str]
    exclude: list[str]
    demo: bool
    competitor: bool
    of: list[str] | None


class Voice(Shape):
    """How often one of them was spoken of, and what part of the mentions of all that is, 0 to 1."""

    brand: str
    name: str
    competitor: bool
    count: int
    share: float | None


class Share(Shape):
    """The share of voice from one instant to another."""

    brand: str
    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime = Field(alias="to")
    total: int
    items: list[Voice]


class Bucket(Shape):
    """What was counted from `start` until the next step."""

    start: AwareDatetime
    count: int
    negative: int
    neutral: int
    positive: int
    uncertain: int
    reach: int
    authors: int
    channels: dict[str, int]


class Span(Shape):
    """A part of the text that speaks for a verdict; `weight` from -1 (negative) to 1 (positive)."""

    text: str
    start: int
    end: int
    weight: float


class Sentiment(Shape):
    """The label, the probabilities behind it, and the words."""

    label: Label
    negative: float
    neutral: float
    positive: float
    evidence: list[Span]


class Intent(Shape):
    """What the author wants; `score` from 0 to 1."""

    label: str
    score: float
    evidence: list[Span]


class Author(Shape):
    """Who said it."""

    id: str
    handle: str | None
    name: str | None
    followers: int | None
    verified: bool
    url: str | None
    created_at: AwareDatetime | None


class Engagement(Shape):
    """How others reacted, as far as the channel tells."""

    likes: int | None
    replies: int | None
    reposts: int | None
    views: int | None


class Mention(Shape):
    """What was said, and what we understood of it; `topics` are topics and campaigns, as `brand/id`.

    `corrected` names what a person has set, `model` what drew the sentiment before.
    """

    channel: str
    id: str
    key: str
    brands: list[str]
    topics: list[str]
    published_at: AwareDatetime
    kind: str
    text: str
    url: str | None
    language: str | None
    author: Author
    in_reply_to: str | None
    quotes: str | None
    engagement: Engagement
    place: str | None
    rating: float | None
    edited_at: AwareDatetime | None
    source: str
    demo: bool
    sentiment: Sentiment
    intents: list[Intent]
    terms: list[str]
    corrected: list[str]
    model: str


class Corrected(Mention):
    """A mention as a person understands it; `delivered` tells whether counts, walls and incidents follow already."""

    delivered: bool


class Drawn(Mention):
    """A mention to be judged; `sample`, sent back with the judgement, proves that it was drawn at random."""

    sample: str


class Schooling(Shape):
    """A training run of a brand: what was tried, how good it was on what was held back, whether it is in force."""

    brand: str
    number: int
    at: AwareDatetime
    by: str
    in_force: bool
    outcome: Outcome
    lessons: int
    before: float | None
    after: float | None
    right_before: float | None
    right_after: float | None
    odds: float | None
    general_before: float | None
    general_after: float | None
    prior: list[float]
    mentions: int
    shares: bool


class Confusion(Shape):
    """How many mentions the analyzers had called `said` and persons call `meant`."""

    said: list[str]
    meant: list[str]
    count: int


class Agreement(Shape):
    """How many judged mentions the analyzers had right; `accuracy` leaves out what they had called uncertain.

    `low` and `high` are its interval (Wilson, 95 %).
    """

    count: int
    uncertain: int
    right: int
    accuracy: float | None
    low: float
    high: float
    confusion: list[Confusion]


class Accuracy(Shape):
    """How often analyzers and persons agree about a brand in a language.

    People correct what looks wrong, so `sentiment` looks worse than it is; `random` counts only what was drawn.
    """

    brand: str
    language: str
    sentiment: Agreement
    random: Agreement
    intents: Agreement


class Influencer(Shape):
    """Somebody who moves a brand now."""

    brand: str
    author: str
    name: str
    handle: str | None
    channel: str
    url: str | None
    reach: int
    mentions: int
    sentiment: Label
    demo: bool


class Topic(Shape):
    """A term, how often it was said, and how often in anger."""

    brand: str
    term: str
    mentions: int
    negative: int


class Fault(Shape):
    """A part that does not work as it should, in which way, since when, and what to do."""

    part: str
    kind: str
    since: AwareDatetime
    reason: str


class Readiness(Shape):
    """Which services were heard from, and how many stream entries each group has to do."""

    ready: bool
    reason: str
    services: dict[str, AwareDatetime]
    lag: dict[str, int]
    dead_letters: int | None
    faults: list[Fault]


def answering(model: Any, also: int | None = None, status: int = 200) -> dict[str, Any]:
    """Return the arguments of a route that answers in this shape; it is described, not checked at run time."""
    statuses: dict[int | str, dict[str, Any]] = {status: {"model": model}}
    if also is not None:
        statuses[also] = {"model": model}
    return {"response_model": None, "responses": statuses}
