"""Weighing: the priority of mentions as it is right now, with what the archive knows around them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from app.config import Config
from app.domain.accounts import Accounts
from app.domain.analysis import AnalysedMention
from app.domain.brand import brands_of
from app.domain.priority import Priority
from app.leading import HOUR, leading
from app.service import Context
from app.store.engine import Transaction
from dashboard.urgency import Known, Urgency

WINDOW = 6 * HOUR
"""Seconds of conversation in which influence is looked for."""
FRESH = 15.0
"""Seconds for which influence is good."""
LEADERS = 100
"""Authors of a brand whose influence counts, if anybody follows: that of others gives no points."""
TOGETHER = 2_000
"""Mentions of a conversation that are read at most before somebody gets an answer."""


class Weighed(NamedTuple):
    """A mention with what makes it urgent or not."""

    analysed: AnalysedMention
    priority: Priority
    known: Known


class Weighing:
    """Weighs mentions by the configuration in force. Synchronous: never on the event loop."""

    def __init__(self, context: Context, led: Callable[[str], Mapping[str, float]] | None = None) -> None:
        """Take influence by brand and author's key from `led` where somebody else works it out already."""
        self._context = context
        self._led = led or self._look
        self._config: Config | None = None
        self._urgency = Urgency()
        self._leaders: dict[str, tuple[float, Mapping[str, float]]] = {}

    def urgency(self, known: Mapping[str, Known]) -> Urgency:
        """Return how things are weighed now, with what is known of some mentions."""
        config = self._context.config
        if config is not self._config:
            self._config = config
            self._urgency = Urgency(config.priority.rules, Accounts(config.watched.brands))
        return Urgency(self._urgency.rules, self._urgency.accounts, known)

    def weigh(
        self, tx: Transaction, found: Sequence[AnalysedMention], now: float, copied: Collection[str] = ()
    ) -> list[Weighed]:
        """Return mentions in their order with their priority at `now`; `copied` are keys of copies of others."""
        urgency = self.urgency(self.known(tx, found, copied))
        return [Weighed(one, urgency.of(one, now), urgency.known[one.mention.key]) for one in found]

    def known(
        self, tx: Transaction, found: Sequence[AnalysedMention], copied: Collection[str] = (), *, answers: bool = True
    ) -> dict[str, Known]:
        """Return by key what is known around mentions; without `answers` as if nobody had answered any."""
        accounts = self.urgency({}).accounts
        told = tx.answers.to([one.mention for one in found], accounts) if answers else {}
        marks = tx.marks.of({(one.mention.channel, one.mention.author) for one in found})
        known: dict[str, Known] = {}
        for one in found:
            said = one.mention
            author = self._context.identity.author(said.channel, said.author.id)
            scores = [score for brand in brands_of(said.brands) if (score := self._led(brand).get(author)) is not None]
            mine = marks.get(author, ())
            known[said.key] = Known(author, told.get(said.key), mine, max(scores, default=None), said.key in copied)
        return known

    def _look(self, brand: str) -> Mapping[str, float]:
        """Return the influence of those who lead the conversation of a brand, by their key.

        What is not read yet is read by and by: nobody waits for it.
        """
        now = self._context.clock.now()
        at, led = self._leaders.get(brand, (float("-inf"), {}))
        watched = next((one for one in self._context.config.watched.brands if one.id == brand), None)
        if watched is None or 0 <= now - at < FRESH:
            return led
        knowing = leading(self._context.store, self._context.clock)
        if knowing.look(watched, TOGETHER):
            leaders = knowing.known(watched, WINDOW, limit=LEADERS)
            led = {one.key: one.score.total for one in leaders if one.score.following}
        self._leaders[brand] = now, led
        return led
