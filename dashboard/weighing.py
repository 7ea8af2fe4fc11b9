"""Weighing: the priority of mentions as it is right now, with what the archive knows around them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from app.config import Config
from app.domain.accounts import Accounts
from app.domain.analysis import AnalysedMention
from app.domain.priority import Circumstances, Priority, Rules, circumstances, priority
from app.service import Context
from app.store.engine import Transaction
from app.store.marks import Mark


class Weighed(NamedTuple):
    """A mention with what makes it urgent or not; `author` is the key of who said it."""

    analysed: AnalysedMention
    priority: Priority
    answered_at: float | None
    author: str
    marks: tuple[Mark, ...]


class Weighing:
    """Weighs mentions by the configuration in force."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._config: Config | None = None
        self._rules, self._accounts = Rules(), Accounts()

    @property
    def rules(self) -> Rules:
        """Return how this installation weighs now."""
        self._follow()
        return self._rules

    @property
    def accounts(self) -> Accounts:
        """Return whose accounts are whose now."""
        self._follow()
        return self._accounts

    def weigh(
        self, tx: Transaction, found: Sequence[AnalysedMention], now: float, copied: Collection[str] = ()
    ) -> list[Weighed]:
        """Return mentions in their order with their priority at `now`; `copied` are keys of copies of others."""
        answers = tx.answers.to([one.mention for one in found], self.accounts)
        marks = tx.marks.of((one.mention.channel, one.mention.author) for one in found)
        weighed = []
        for one in found:
            author = self._context.identity.author(one.mention.channel, one.mention.author.id)
            mine = marks.get(author, ())
            around = self.around(one, now, answers.get(one.mention.key), mine, copied=one.mention.key in copied)
            weighed.append(Weighed(one, priority(around, self._rules), answers.get(one.mention.key), author, mine))
        return weighed

    def around(
        self,
        one: AnalysedMention,
        now: float,
        answered_at: float | None = None,
        marks: Collection[Mark] = (),
        *,
        copied: bool = False,
    ) -> Circumstances:
        """Return what counts of a mention."""
        known: dict[str, bool | float | None] = {
            "answered": answered_at is not None,
            "customer": "customer" in marks,
            "own": bool(self.accounts.brands(one.mention.author)),
        }
        if copied:
            known["copied"] = True
        return circumstances(one, now, self._rules.urgent_words, **known)

    def _follow(self) -> None:
        config = self._context.config
        if config is not self._config:
            self._config, self._rules = config, config.priority.rules
            self._accounts = Accounts(config.watched.brands)
