"""Urgency: priorities out of what is known around mentions at one moment. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from app.domain.accounts import Accounts
from app.domain.analysis import AnalysedMention
from app.domain.priority import Circumstances, Priority, Rules, circumstances, priority
from app.store.marks import Mark


class Known(NamedTuple):
    """What the archive knows around one mention; `author` is the key of who said it."""

    author: str = ""
    answered_at: float | None = None
    marks: tuple[Mark, ...] = ()
    influence: float | None = None
    """0 to 100 on the topic, None if it is not known."""
    copied: bool = False


UNKNOWN = Known()


class Urgency(msgspec.Struct, frozen=True):
    """How this installation weighs, whose accounts are whose, and what is known by key of a mention."""

    rules: Rules = Rules()
    accounts: Accounts = Accounts()
    known: Mapping[str, Known] = {}

    def around(self, one: AnalysedMention, now: float) -> Circumstances:
        """Return what counts of a mention at an instant."""
        told = self.known.get(one.mention.key, UNKNOWN)
        return circumstances(
            one,
            now,
            self.rules.urgent_words,
            answered=told.answered_at is not None,
            customer="customer" in told.marks,
            influence=told.influence,
            copied=told.copied or one.mention.kind == "repost",
            own=bool(self.accounts.brands(one.mention.author)),
        )

    def of(self, one: AnalysedMention, now: float) -> Priority:
        """Return the priority of a mention at an instant."""
        return priority(self.around(one, now), self.rules)
