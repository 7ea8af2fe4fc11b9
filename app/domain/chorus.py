"""Choruses: who says the same, since when, how it spread, and whether one hand seems to be behind it."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from app.domain.analysis import AnalysedMention
from app.domain.burst import FEW_FOLLOWERS, FEWEST, YOUNG, Burst, Post, Usual, judge
from app.domain.voices import MOST

BEFORE = 3600.0
"""Seconds before a post from which on an account has no history with us if it has not spoken earlier."""

PRIOR = 20
"""Accounts of which the usual shares are believed as long as few others were heard."""

ASKED = 500
"""Accounts of others that are looked at to know what is usual at that time."""

_RT = re.compile(r"\s*RT\s+@", re.IGNORECASE)


class Spoken(NamedTuple):
    """A mention and its author's key."""

    analysed: AnalysedMention
    author: str

    @property
    def at(self) -> float:
        """Return when it was said."""
        return self.analysed.mention.published_at


class Chorus(NamedTuple):
    """One voice: the post that gives an example of it, who repeats it and how."""

    fingerprint: str
    example: AnalysedMention
    posts: int
    authors: int
    reposts: int
    similar: int
    """Posts in other words than most of them use."""
    started_at: float
    ended_at: float
    burst: Burst


def gathered(spoken: Sequence[Spoken]) -> list[list[Spoken]]:
    """Return who says the same, the largest group first; who says too little to tell is left out."""
    from app.domain.near import groups

    said: dict[str, list[Spoken]] = {}
    for one in spoken:
        if one.analysed.analysis.voice:
            said.setdefault(one.analysed.analysis.voice, []).append(one)
    order = sorted(said, key=lambda voice: (-len(said[voice]), voice))[:MOST]
    found = [[one for place in places for one in said[order[place]]] for places in groups([int(v, 16) for v in order])]
    return sorted(found, key=lambda members: -len(members))


def choruses(
    spoken: Sequence[Spoken], clusters: Sequence[Sequence[Spoken]], first_heard: Mapping[str, float]
) -> list[Chorus]:
    """Return the voices that more than one post speaks with, in the order of `clusters`.

    `first_heard` says of authors when they were heard first; of those it leaves out nothing is known.
    """
    usual = Commons(spoken, first_heard)
    return [_chorus(members, usual, first_heard) for members in clusters if len(members) > 1]


def to_ask(spoken: Sequence[Spoken], clusters: Sequence[Sequence[Spoken]]) -> set[str]:
    """Return the authors of whom it matters when they were heard first: those of bursts, and some of the others."""
    crowds = [members for members in clusters if _crowded(members)]
    asked = {one.author for members in crowds for one in members}
    others = [one.author for one in spoken if one.author not in asked] if crowds else []
    return asked | set(others[:ASKED])


class Commons:
    """What is common among all who speak at that time; from it and a cluster comes what is usual elsewhere."""

    def __init__(self, spoken: Sequence[Spoken], first_heard: Mapping[str, float]) -> None:
        self._first_heard = first_heard
        self._whole = self._counted(spoken)

    def usual(self, cluster: Sequence[Spoken]) -> Usual:
        """Return the shares among those who are not in a cluster, drawn to the shares believed beforehand."""
        inside, prior = self._counted(cluster), Usual()
        shares = [
            (self._whole[name] - inside[name] + PRIOR * expected)
            / (self._whole[f"of {name}"] - inside[f"of {name}"] + PRIOR)
            for name, expected in prior._asdict().items()
        ]
        return Usual(*shares)

    def _counted(self, spoken: Sequence[Spoken]) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in {one.author: one for one in spoken}.values():
            post = _post(one, self._first_heard)
            young = None if post.created_at is None else post.at - post.created_at < YOUNG
            few = None if post.followers is None else post.followers < FEW_FOLLOWERS
            for name, said in (("young", young), ("strangers", post.stranger), ("followers", few)):
                found[f"of {name}"] += said is not None
                found[name] += bool(said)
        return found


def _crowded(members: Collection[Spoken]) -> bool:
    return len({one.author for one in members}) >= FEWEST


def _chorus(members: Sequence[Spoken], usual: Commons, first_heard: Mapping[str, float]) -> Chorus:
    order = sorted(members, key=lambda one: one.at)
    fingerprint = members[0].analysed.analysis.voice
    own = [one for one in order if one.analysed.mention.kind != "repost"]
    posts = [_post(one, first_heard) for one in order]
    return Chorus(
        fingerprint,
        (own or order)[0].analysed,
        len(order),
        len({one.author for one in order}),
        len(order) - len(own),
        sum(one.analysed.analysis.voice != fingerprint for one in order),
        order[0].at,
        order[-1].at,
        judge(posts, usual.usual(order)) if _crowded(order) else Burst(),
    )


def _post(one: Spoken, first_heard: Mapping[str, float]) -> Post:
    mention = one.analysed.mention
    first = first_heard.get(one.author)
    return Post(
        one.at,
        one.author,
        mention.channel,
        mention.kind,
        mention.author.handle or mention.author.name,
        mention.author.followers,
        mention.author.created_at,
        None if first is None else first > one.at - BEFORE,
        passed_on=_RT.match(mention.text) is not None,
    )
