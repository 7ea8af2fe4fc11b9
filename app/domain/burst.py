"""Bursts: many accounts that say the same at the same time, and how much speaks for one hand behind them."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import fmean, pstdev
from typing import NamedTuple

import msgspec

from app.domain.grounds import ground
from app.domain.handles import alike

MARKED = 0.5
"""Score from which a burst is called coordinated."""

FEWEST, ENOUGH = 6, 10
"""Accounts below which nothing is judged, and from which it counts in full."""

WINDOW, MOMENT = 600.0, 120.0
"""Seconds of the densest stretch that is judged, and those that count as the same time."""

YOUNG = 30 * 86_400.0
"""Seconds for which an account is young."""

FEW_FOLLOWERS = 25

WEIGHTS = {
    "copies": 0.24,
    "young": 0.22,
    "handles": 0.18,
    "together": 0.10,
    "strangers": 0.08,
    "followers": 0.08,
    "rhythm": 0.06,
    "channel": 0.04,
}
"""How much each ground weighs; what cannot be known weighs half, and speaks for nothing."""

PASSED_ON = frozenset({"repost", "quote", "article"})
"""Kinds whose words are those of somebody else by their nature: passed on, quoted, or an agency's."""

_KNOWN = 0.3
"""Share of accounts of which something has to be known."""

_MUCH = 0.5
"""How much more than usual a share has to be to speak in full."""


class Post(NamedTuple):
    """One post of a voice: when, by whom, and what is known of the account; None where the channel does not say."""

    at: float
    author: str
    channel: str
    kind: str = "post"
    handle: str | None = None
    followers: int | None = None
    created_at: float | None = None
    stranger: bool | None = None
    """Whether we had never heard of the account before."""
    passed_on: bool = False
    """Whether the words say themselves that they are somebody else's (`RT @x:`)."""


class Usual(NamedTuple):
    """Shares among those who say something else at that time: what is common there proves nothing here."""

    young: float = 0.05
    strangers: float = 0.5
    followers: float = 0.25


class Ground(msgspec.Struct, frozen=True):
    """One thing that speaks for coordination: its figure, its share in the score, and a sentence by language."""

    name: str
    figure: float
    share: float
    said: dict[str, str]


class Burst(msgspec.Struct, frozen=True):
    """What was judged: score 0 to 1 and the grounds that make it up, the strongest first."""

    score: float = 0.0
    grounds: tuple[Ground, ...] = ()
    started_at: float = 0.0
    posts: int = 0
    authors: int = 0

    @property
    def marked(self) -> bool:
        """Tell whether it is called coordinated."""
        return self.score >= MARKED


class _Finding(NamedTuple):
    """How strongly a ground speaks, 0 to 1, its figure, and of how many."""

    strength: float
    figure: float
    of: int


def judge(posts: Sequence[Post], usual: Usual | None = None) -> Burst:
    """Return how coordinated the densest ten minutes of one voice look.

    The score is the weighted sum of how strongly each ground speaks, in full from ten accounts on. People who pass on a
    post are expected to say the same at the same time, so that alone never reaches the mark.
    """
    dense = densest(posts)
    first = {post.author: post for post in reversed(dense)}
    accounts = list(first.values())
    if len(accounts) < FEWEST:
        return Burst()
    found = {name: measure(dense, accounts, usual or Usual()) for name, measure in _MEASURES.items()}
    whole = sum(weight if found[name] else weight / 2 for name, weight in WEIGHTS.items())
    sure = min(1.0, len(accounts) / ENOUGH) / whole
    grounds = [
        Ground(name, one.figure, one.strength * WEIGHTS[name] * sure, ground(name, one.figure, one.of))
        for name, one in found.items()
        if one and one.strength > 0
    ]
    grounds.sort(key=lambda one: -one.share)
    score = min(1.0, sum(one.share for one in grounds))
    return Burst(score, tuple(grounds), dense[0].at, len(dense), len(accounts))


def densest(posts: Sequence[Post], window: float = WINDOW) -> list[Post]:
    """Return the posts of the stretch of `window` seconds in which most accounts speak, oldest first."""
    order = sorted(posts, key=lambda post: post.at)
    speaking: Counter[str] = Counter()
    best, most, begin = (0, 0), 0, 0
    for end, post in enumerate(order):
        speaking[post.author] += 1
        while order[begin].at < post.at - window:
            left = order[begin].author
            speaking[left] -= 1
            if not speaking[left]:
                del speaking[left]
            begin += 1
        if len(speaking) > most:
            best, most = (begin, end + 1), len(speaking)
    return order[slice(*best)]


def _copies(posts: Sequence[Post], accounts: Sequence[Post], usual: Usual) -> _Finding | None:
    """Own posts of the same words: one must have been first, the others are not explained by reposts."""
    del posts, usual
    own = sum(1 for post in accounts if post.kind not in PASSED_ON and not post.passed_on)
    share = max(0, own - 1) / (len(accounts) - 1)
    return _Finding(share if own >= FEWEST / 2 else 0.0, own, len(accounts))


def _young(posts: Sequence[Post], accounts: Sequence[Post], usual: Usual) -> _Finding | None:
    del posts
    known = [post.at - post.created_at < YOUNG for post in accounts if post.created_at is not None]
    return _beyond(known, accounts, usual.young)


def _handles(posts: Sequence[Post], accounts: Sequence[Post], usual: Usual) -> _Finding | None:
    del posts, usual
    handles = [post.handle for post in accounts if post.handle]
    if len(handles) < _KNOWN * len(accounts):
        return None
    share = alike(handles)
    return _Finding(max(0.0, (share - 0.2) / 0.8), round(share * len(handles)), len(handles))


def _together(posts: Sequence[Post], accounts: Sequence[Post], usual: Usual) -> _Finding | None:
    del usual
    moment = len({post.author for post in densest(posts, MOMENT)})
    return _Finding(max(0.0, (moment / len(accounts) - 0.3) / 0.7), moment, len(accounts))


def _strangers(posts: Sequence[Post], accounts: Sequence[Post], usual: Usual) -> _Finding | None:
    del posts
    return _beyond([post.stranger for post in accounts if post.stranger is not None], accounts, usual.strangers)


def _followers(posts: Sequence[Post], accounts: Sequence[Post], usual: Usual) -> _Finding | None:
    del posts
    known = [post.followers < FEW_FOLLOWERS for post in accounts if post.followers is not None]
    return _beyond(known, accounts, usual.followers)


def _rhythm(posts: Sequence[Post], accounts: Sequence[Post], usual: Usual) -> _Finding | None:
    """Return how much more even the gaps are than chance makes them: chance scatters them by as much as their mean."""
    del posts, usual
    times = sorted(post.at for post in accounts)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    mean = fmean(gaps)
    if mean <= 1 / len(gaps):  # all within a second
        return _Finding(1.0, 0.0, len(accounts))
    scatter = pstdev(gaps) / mean
    return _Finding(max(0.0, (0.6 - scatter) / 0.6), round(mean, 1), len(accounts))


def _channel(posts: Sequence[Post], accounts: Sequence[Post], usual: Usual) -> _Finding | None:
    del posts, usual
    ((_, most),) = Counter(post.channel for post in accounts).most_common(1)
    return _Finding(1.0 if most == len(accounts) else 0.0, most, len(accounts))


def _beyond(known: Sequence[bool], accounts: Sequence[Post], usual: float) -> _Finding | None:
    """Return a share as far as it goes beyond what is usual; None if too little is known."""
    if len(known) < _KNOWN * len(accounts):
        return None
    share = sum(known) / len(known)
    return _Finding(min(1.0, max(0.0, (share - usual) / _MUCH)), sum(known), len(known))


_MEASURES: dict[str, Callable[[Sequence[Post], Sequence[Post], Usual], _Finding | None]] = {
    "copies": _copies,
    "young": _young,
    "handles": _handles,
    "together": _together,
    "strangers": _strangers,
    "followers": _followers,
    "rhythm": _rhythm,
    "channel": _channel,
}
