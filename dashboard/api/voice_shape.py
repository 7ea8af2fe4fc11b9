"""What the route of voices answers."""

from pydantic import AwareDatetime

from dashboard.api.incident_shape import Burst
from dashboard.api.shape import Shape


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
