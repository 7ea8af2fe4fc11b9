"""Figures a rule may ask for: what each counts, or the share of what it is; docs/rules.md lists them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Unit = Literal["count", "share", "balance", "risk"]
"""A number from 0; from 0 to 1; from -1 to 1; -log10 of a probability."""


class Meaning(NamedTuple):
    """What a figure is made of: the sum of minute measures, by sign, over another one if it is a share."""

    unit: Unit
    plus: str = ""
    minus: str = ""
    over: str = ""

    @property
    def measures(self) -> tuple[str, ...]:
        """Return the measures of a minute it needs; those of intents begin with `i.`."""
        return tuple(one for one in (self.plus, self.minus, self.over) if one)


FIGURES: Mapping[str, Meaning] = MappingProxyType({
    "mentions": Meaning("count", "count"),
    "negative": Meaning("count", "negative"),
    "positive": Meaning("count", "positive"),
    "neutral": Meaning("count", "neutral"),
    "uncertain": Meaning("count", "uncertain"),
    "reach": Meaning("count", "reach"),
    "negative_reach": Meaning("count", "negative_reach"),
    "authors": Meaning("count", "authors"),
    "reposts": Meaning("count", "reposts"),
    "negative_share": Meaning("share", "negative", over="count"),
    "positive_share": Meaning("share", "positive", over="count"),
    "reposts_share": Meaning("share", "reposts", over="count"),
    "net": Meaning("balance", "positive", "negative", "count"),
    "complaints": Meaning("count", "i.complaint"),
    "complaints_share": Meaning("share", "i.complaint", over="count"),
    "questions": Meaning("count", "i.query"),
    "suggestions": Meaning("count", "i.suggestion"),
    "requests": Meaning("count", "i.request"),
    "reviews": Meaning("count", "i.review"),
    "praise": Meaning("count", "i.praise"),
    "leads": Meaning("count", "i.lead"),
    "risk": Meaning("risk"),
})  # fmt: skip
"""Name → what it means."""

SERIES = ("volume", "negative")
"""What `risk()` may be asked of: how unlikely the mentions, or the negative ones, of the last minutes are."""

LOGGED = frozenset({"authors", "negative_reach"})
"""Measures that only the archive's log of counts tells of as the live tallies do, beside those of intents."""

BY_CHANNEL = frozenset({"mentions"})
"""Figures that are counted by channel, too."""
