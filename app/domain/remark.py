"""Remarks: mentions as far as it matters who follows whom."""

from collections.abc import Collection

import msgspec

from app.domain.account import called, names, ours
from app.domain.brand import parts_of
from app.domain.mention import Author, Mention
from app.domain.tally import Profile, profile


class Remark(msgspec.Struct, frozen=True, gc=False):
    """One mention: whom it answers, quotes, passes on and calls; keys are opaque keys of mentions and authors."""

    key: str
    author: str
    at: float
    profile: Profile
    """How to show the author; 0 followers where nobody told."""
    passed_on: bool = False
    """A repost: its words are those of what it passes on."""
    answers: str = ""
    quotes: str = ""
    calls: tuple[str, ...] = ()
    """`channel@name` of the accounts it calls with an @."""
    names: tuple[str, ...] = ()
    """`channel@name` under which its author is called."""
    terms: tuple[str, ...] = ()
    voice: str = ""
    parts: tuple[str, ...] = ()
    """Topics and campaigns of the brand."""
    views: int = 0
    ours: bool = False


class Content(msgspec.Struct, frozen=True, gc=False):
    """What analysis found in a text that tells of adoption and copies."""

    terms: tuple[str, ...] = ()
    voice: str = ""


def remark(
    mention: Mention, content: Content, author: str, links: tuple[str, str], brand: str, accounts: Collection[str] = ()
) -> Remark:
    """Return a mention as a remark on a brand; `links` are the keys of what it answers and quotes, or empty.

    `accounts` are our own, as `app.domain.account.account` writes them.
    """
    channel, who, passed_on = mention.channel, mention.author, mention.kind == "repost"
    return Remark(
        key=mention.key,
        author=author,
        at=mention.published_at,
        profile=profile(who, channel, demo=mention.demo),
        passed_on=passed_on,
        answers=links[0],
        quotes=links[1],
        calls=() if passed_on else tuple(f"{channel}@{one}" for one in called(mention.text)),
        names=_names(who, channel),
        terms=content.terms,
        voice=content.voice,
        parts=parts_of(mention.brands, brand),
        views=mention.engagement.views or 0,
        ours=ours(who, accounts),
    )


def _names(who: Author, channel: str) -> tuple[str, ...]:
    return tuple(f"{channel}@{one}" for one in names(who.handle))
