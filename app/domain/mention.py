"""What people say: mentions, and what happens to them at the source.

Trees of frozen values hold no cycles: `gc=False` spares the collector from looking at them over and over in a storm.
"""

from typing import Literal, get_args

import msgspec

Kind = Literal["post", "reply", "repost", "quote", "comment", "review", "article", "message"]
KINDS: tuple[str, ...] = get_args(Kind)


class Author(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who said it, as the channel names them."""

    id: str
    handle: str | None = None
    name: str | None = None
    followers: int | None = None
    verified: bool = False
    url: str | None = None
    created_at: float | None = None
    """When the account was opened, where the channel says so."""


class Engagement(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What others did with it, when last seen."""

    likes: int = 0
    replies: int = 0
    reposts: int = 0
    views: int | None = None


class Mention(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="mention"):
    """One utterance in one channel; its identity is (channel, id)."""

    channel: str
    id: str
    published_at: float
    text: str
    author: Author
    kind: str = "post"
    url: str | None = None
    language: str | None = None
    in_reply_to: str | None = None
    quotes: str | None = None
    engagement: Engagement = Engagement()
    place: str | None = None
    rating: float | None = None
    edited_at: float | None = None
    revision: int = 0
    """Microseconds since the epoch by which the source orders versions; 0 where it does not say."""
    source: str = ""
    """The id of the source in config.yaml that heard it."""
    demo: bool = False
    received_at: float = 0.0
    key: str = ""
    """Opaque keyed digest of the identity, see `app.domain.identity`."""
    brands: tuple[str, ...] = ()
    """What it counts for: ids of brands, and `brand/part` for their topics and campaigns (`app.domain.brand.scope`);
    empty when an edit stopped matching."""


class Deletion(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="deletion"):
    """A mention vanished at the source."""

    channel: str
    id: str
    deleted_at: float
    source: str = ""
    key: str = ""


class AuthorRemoval(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="author_removal"):
    """An author's account vanished at the source: all their mentions go with it."""

    channel: str
    author_id: str
    deleted_at: float
    source: str = ""


class Heartbeat(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="heartbeat"):
    """One synthetic entry a second; its instant becomes the `data_time` of every frame."""

    at: float


SourceEvent = Mention | Deletion | AuthorRemoval
"""What a connector hands over."""


def reach(mention: Mention) -> int:
    """Return how many people could have seen it: the larger of views and followers, 0 if neither is known."""
    return max(mention.author.followers or 0, mention.engagement.views or 0)
