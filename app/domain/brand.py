"""What is watched: brands, their competitors, topics and campaigns, and the queries that say what counts for each."""

from collections.abc import Iterable

import msgspec

EVERY = "*"
"""Instead of an id: all brands of ours, those that come later included."""


class Brand(msgspec.Struct, frozen=True):
    """A brand as config.yaml or a screen states it; `accounts` are our own handles, whose posts are always mentions."""

    id: str
    name: str
    query: str
    accounts: tuple[str, ...] = ()
    demo: bool = False
    exclude: tuple[str, ...] = ()
    """Queries for other senses of the name: what one of them matches is no mention by `query`."""
    rivals: tuple[str, ...] = ()
    """Ids of the brands of ours that it competes with, or `EVERY`; empty for a brand of our own."""


class Topic(msgspec.Struct, frozen=True):
    """Something people talk about when they talk about a brand."""

    id: str
    name: str
    query: str
    brands: tuple[str, ...] = ()
    """Among whose mentions it is looked for; empty: all brands."""


class Campaign(msgspec.Struct, frozen=True):
    """Something we say for a while: what matches its query from `start` to `end` is also a mention of its brand."""

    id: str
    name: str
    brand: str
    query: str
    start: float
    end: float


class Watched(msgspec.Struct, frozen=True):
    """Everything that is listened for."""

    brands: tuple[Brand, ...] = ()
    """Competitors included."""
    topics: tuple[Topic, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    spam: tuple[str, ...] = ()
    """Queries for what nobody wants to hear: what one of them matches is no mention of any brand by a query."""


def scope(brand: str, part: str) -> str:
    """Return under which id a topic or campaign of a brand is counted, beside the brand itself: `brand/part`."""
    return f"{brand}/{part}"


def brands_of(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return the brands among the ids that a mention counts for."""
    return tuple(one for one in scopes if "/" not in one)


def parts_of(scopes: Iterable[str], brand: str) -> tuple[str, ...]:
    """Return the ids of the topics and campaigns of a brand among the ids that a mention counts for."""
    prefix = f"{brand}/"
    return tuple(one.removeprefix(prefix) for one in scopes if one.startswith(prefix))
