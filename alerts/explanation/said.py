"""What was said since an incident began, read from the archive once for all that argue with it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from app.domain.account import ours
from app.domain.analysis import AnalysedMention
from app.domain.identity import Identity
from app.domain.mention import reach
from app.store.engine import Store
from app.store.search import MentionFilter

MOST = 2_000
"""Mentions since the onset that are looked at, the latest."""
EARLY = 1_000
"""Mentions around the onset that are looked at for the first one."""
BEFORE, AFTER = 300.0, 120.0
"""Seconds before the first unusual minute, and after it, in which the first post is looked for."""


class Spoken(NamedTuple):
    """A mention, its author's key, and whether that is one of our own accounts."""

    analysed: AnalysedMention
    author: str
    ours: bool = False

    @property
    def key(self) -> str:
        """Return the mention's key."""
        return self.analysed.mention.key

    @property
    def at(self) -> float:
        """Return when it was said."""
        return self.analysed.mention.published_at

    @property
    def label(self) -> str:
        """Return how it was read."""
        return self.analysed.analysis.sentiment.label

    @property
    def voice(self) -> str:
        """Return its fingerprint."""
        return self.analysed.analysis.voice

    @property
    def reach(self) -> int:
        """Return how many people could have seen it."""
        return reach(self.analysed.mention)

    @property
    def repost(self) -> bool:
        """Tell whether its words are somebody else's."""
        return self.analysed.mention.kind == "repost"

    @property
    def late(self) -> float:
        """Return how many seconds after it was said we heard it."""
        received = self.analysed.mention.received_at
        return max(received - self.at, 0.0) if received else 0.0


class Said(NamedTuple):
    """What was said around the onset, and since then; oldest first."""

    early: tuple[Spoken, ...] = ()
    since: tuple[Spoken, ...] = ()


def read_said(
    store: Store, identity: Identity, brand: str, onset: float, until: float, accounts: Collection[str] = ()
) -> Said:
    """Return what the archive has of a brand (or `brand/topic`) since an onset; `accounts` are our own.

    Synchronous; raises `StoreUnavailable`.
    """
    around = MentionFilter(brand, start=onset - BEFORE, end=min(onset + AFTER, until))
    since = MentionFilter(brand, start=onset, end=until)
    with store.reading() as tx:
        early = tx.mentions.find(around, limit=EARLY).items
        later = tx.mentions.find(since, limit=MOST).items
    return Said(_spoken(early, identity, accounts), _spoken(later, identity, accounts))


def _spoken(found: Sequence[AnalysedMention], identity: Identity, accounts: Collection[str]) -> tuple[Spoken, ...]:
    made = []
    for one in reversed(found):
        who = one.mention.author
        made.append(Spoken(one, identity.author(one.mention.channel, who.id), ours(who, accounts)))
    return tuple(made)
