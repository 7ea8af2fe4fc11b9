"""What the route of voices answers, and what incidents say of voices."""

from pydantic import AwareDatetime

from dashboard.api.shape import Shape


class Ground(Shape):
    """One thing that speaks for coordination: its figure, its share in the score, and a sentence by language."""

    name: str
    figure: float
    share: float
    reason: dict[str, str]


class Burst(Shape):
    """The densest ten minutes of a text: `score` 0 to 1 with the grounds that sum up to it; `marked` from 0.5 on."""

    score: float
    marked: bool
    started_at: AwareDatetime
    posts: int
    authors: int
    grounds: list[Ground]


class Cluster(Shape):
    """One text and who repeats it; `text` and `author` are those of its first own post, null where hidden."""

    voice: str
    text: str | None
    author: str | None
    key: str
    channel: str
    posts: int
    authors: int
    reposts: int
    similar: int
    started_at: AwareDatetime
    ended_at: AwareDatetime
    burst: Burst | None


class Voices(Shape):
    """How many voices are behind the posts of a window.

    `reposts` and `copies` are shares of the posts, 0 to 1: passed on by the channel's own means, and saying what
    another post says, reposts included. Clusters are found among the newest `looked_at` posts.
    """

    brand: str
    since: AwareDatetime
    posts: int
    voices: int
    reposts: float
    copies: float
    authors: int
    authors_per_post: float | None
    looked_at: int
    clusters: list[Cluster]
