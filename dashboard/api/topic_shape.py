"""What is answered of topics."""

from pydantic import AwareDatetime

from dashboard.api.shape import Shape


class Example(Shape):
    """A mention that shows a topic best."""

    key: str
    text: str
    published_at: AwareDatetime


class BrandTopic(Shape):
    """A group of terms; `people` speak of it, copies and reposts left out, where `expected` usually do.

    `score` is the z of its log-odds against the baseline, `growth` people by expected, `net` from -1 to 1.
    """

    brand: str
    term: str
    forms: list[str]
    mentions: int
    negative: int
    net: float
    people: int
    expected: float
    growth: float
    score: float
    emerging: bool
    since: AwareDatetime
    example: Example | None
    leaders: list[str]
