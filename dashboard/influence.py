"""Who moves a brand, and to which side."""

from collections.abc import Mapping
from typing import NamedTuple

from app.domain.analysis import Label
from app.domain.tally import SIGN, Profile


class Influencer(NamedTuple):
    """Somebody who moves a brand: how to show them, how often they spoke, and to which side."""

    key: str
    profile: Profile
    mentions: int
    label: Label


def leaning(measures: Mapping[str, int]) -> Label:
    """Return the label an author leans to: the most frequent, on a tie the darker."""
    order: tuple[Label, ...] = ("negative", "positive", "neutral", "uncertain")
    return max(order, key=lambda label: measures.get(SIGN[label], 0))
