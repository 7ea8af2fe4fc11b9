"""What the route of influencers answers."""

from typing import Literal

from pydantic import AwareDatetime

from app.domain.stance import Side
from dashboard.api.shape import Influencer, Shape


class Part(Shape):
    """One part of a score: its figure, what share of the conversation that is (0 to 1), and its points."""

    name: Literal["reach", "replies", "reposts", "quotes", "mentions", "adoption"]
    figure: float
    share: float
    points: float


class Changed(Shape):
    """The side somebody was on before, and when they left it."""

    before: Side
    at: AwareDatetime


class Stance(Shape):
    """On which side somebody stands, since when, from how many mentions; `lean` from -1 (against) to 1 (for)."""

    label: Side
    since: AwareDatetime | None
    posts: int
    lean: float
    changed: Changed | None


class Example(Shape):
    """The mention that is followed most, else their first in the window."""

    key: str
    text: str
    url: str | None
    published_at: AwareDatetime


class Leader(Influencer):
    """Somebody whom the talk of a window follows: `following` of `turns` by others, and where the points come from."""

    score: float
    parts: list[Part]
    main: str
    share: float
    following: int
    turns: int
    term: str | None
    stance: Stance
    ours: bool
    first_at: AwareDatetime | None
    example: Example | None
    reasons: dict[str, str]
