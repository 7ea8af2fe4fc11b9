"""Who moves a brand, and to which side."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from app.domain.analysis import Label
from app.domain.tally import SIGN, Profile


class Influencer(NamedTuple):
    """Somebody who speaks of a brand: how to show them, how often they spoke, and to which side."""

    key: str
    profile: Profile
    mentions: int
    label: Label


def leaning(measures: Mapping[str, int]) -> Label:
    """Return the label an author leans to: the most frequent, on a tie the darker."""
    order: tuple[Label, ...] = ("negative", "positive", "neutral", "uncertain")
    return max(order, key=lambda label: measures.get(SIGN[label], 0))


def by_reach(authors: Mapping[str, Mapping[str, int]], profiles: Mapping[str, Profile], limit: int) -> list[Influencer]:
    """Return authors (key → measure → number) by reach, then by mentions."""
    found = [
        Influencer(key, profiles[key], measures["n"], leaning(measures))
        for key, measures in authors.items()
        if key in profiles
    ]
    found.sort(key=lambda one: (-one.profile.followers, -one.mentions, one.profile.name))
    return found[:limit]


def known(told: Profile, before: Profile | None) -> Profile:
    """Return how to show an author now, with the followers told before where a mention names none."""
    if before is None or told.followers or not before.followers:
        return told
    return msgspec.structs.replace(told, followers=before.followers)
