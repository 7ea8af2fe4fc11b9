"""Silent complaints: what to add to the query of a brand, learned from history, accepted or refused by a person."""

import time
from dataclasses import dataclass, field

import anyio
import anyio.to_thread
import msgspec

from app.config.merged import row_of
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.brand import Brand
from app.domain.mention import Mention
from app.domain.proposal import Proposal, proposals
from app.domain.query import parse
from app.errors import NotFound
from app.service import Context
from app.store.search import MentionFilter
from app.store.unheard import DAY, reading

REFUSED = "proposal.refuse"
HEARD, UNHEARD = 2_000, 30_000
"""Mentions of the brand, and posts of nobody, that are learned from: the newest."""
SLICE = 5_000
SPOKEN = 0.05
"""Share of the mentions from which on a language is one of the brand's."""
FRESH = 60.0
"""Seconds after which it is learned anew."""


@dataclass
class Learner:
    """Keeps what was learned for a moment, so that a click on a proposal means what was shown."""

    context: Context
    _learned: dict[str, tuple[float, str, list[Proposal]]] = field(default_factory=dict)
    _turn: anyio.Lock = field(default_factory=anyio.Lock)

    async def proposals(self, brand: str) -> list[Proposal]:
        """Return what to add to the query of a brand; raises `NotFound`, `StoreUnavailable`."""
        row = self._brand(brand)
        async with self._turn:
            kept = self._learned.get(brand)
            if kept is None or time.monotonic() - kept[0] > FRESH or kept[1] != row.query:
                found = await anyio.to_thread.run_sync(self._learn, row)
                self._learned[brand] = kept = (time.monotonic(), row.query, found)
        refused = await anyio.to_thread.run_sync(self._refused)  # by another process, perhaps
        return [one for one in kept[2] if one.id not in refused]

    async def accept(self, actor: Actor, proposal: str) -> Proposal:
        """Add a proposed word to the query in force; raises `NotFound`, `NotAllowed`, `WrongInput`."""
        one = await self._find(proposal)
        row = self._brand(one.brand)
        wider = msgspec.structs.replace(row, query=f"{row.query} OR {one.term}")
        await self.context.watchlist.save(actor, wider)
        self._drop(one)
        return one

    async def refuse(self, actor: Actor, proposal: str) -> Proposal:
        """Never propose a word for a brand again; raises `NotFound`, `NotAllowed`."""
        one = await self._find(proposal)
        authorise(actor, REFUSED, one.brand)
        entry = AuditEntry(self.context.clock.now(), actor.kind, actor.id, REFUSED, one.brand, one.id)

        def remember() -> None:
            with self.context.store.transaction() as tx:
                tx.audit.append(entry)

        await anyio.to_thread.run_sync(remember)
        self._drop(one)
        return one

    async def _find(self, proposal: str) -> Proposal:
        for brand in self.context.config.watched.brands:
            kept = self._learned.get(brand.id)
            for one in kept[2] if kept else await self.proposals(brand.id):
                if one.id == proposal:
                    return one
        raise NotFound("This proposal is not there any more; look at the list again.")

    def _drop(self, done: Proposal) -> None:
        at, query, found = self._learned[done.brand]
        self._learned[done.brand] = at, query, [one for one in found if one.id != done.id]

    def _brand(self, brand: str) -> Brand:
        row = row_of(self.context.config, "brands", brand) or row_of(self.context.config, "competitors", brand)
        if not isinstance(row, Brand):
            choices = ", ".join(one.id for one in self.context.config.watched.brands)
            raise NotFound(f"There is no brand {brand[:80]!r}. Choose one of: {choices}.")
        return row

    def _learn(self, row: Brand) -> list[Proposal]:
        with self.context.store.reading() as tx:
            heard = [one.mention for one in tx.mentions.find(MentionFilter(brand=row.id), None, HEARD).items]
            newest = [one.mention for one in tx.mentions.find(MentionFilter(), None, HEARD).items]
        elsewhere = [said for said in newest if row.id not in said.brands]
        unheard = _spoken_alike(heard, self._unheard())
        return proposals(row.id, parse(row.query), heard, unheard, self._refused().__contains__, elsewhere)

    def _refused(self) -> set[str]:
        with self.context.store.reading() as tx:
            return tx.audit.subjects(REFUSED)

    def _unheard(self) -> list[Mention]:
        found: list[Mention] = []
        since = self.context.clock.now() - DAY
        with reading(self.context.data) as file:
            below = file.top() if file else 0
            while file and below and len(found) < UNHEARD:
                piece = file.slice(None, below, SLICE)
                found += [post for post in piece.posts if post.received_at >= since]
                below = piece.next
        return found


def _spoken_alike(heard: list[Mention], unheard: list[Mention]) -> list[Mention]:
    """Return posts in the languages of the mentions, or of no stated one: else every word of a language would tell."""
    languages = [one.language for one in heard]
    spoken = {None, *(one for one in set(languages) if languages.count(one) >= SPOKEN * len(languages))}
    return [one for one in unheard if one.language in spoken] if heard else unheard
