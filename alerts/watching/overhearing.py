"""Overhearing: single posts read from the archive for the detectors that judge them, for all brands in one go."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import structlog
from anyio import to_thread
from msgspec.structs import replace

from alerts.watching.watch import Watch
from app.domain.accounts import Accounts
from app.domain.analysis import AnalysedMention
from app.domain.mention import Author, Mention, reach
from app.domain.outage import fault_in
from app.domain.post import Post, audience
from app.errors import Unavailable
from app.service import Context
from app.store.engine import Transaction

LOOK = 30.0
"""Seconds between two looks."""
REACH = 86_400.0
"""Seconds the first look reaches back: who has waited longer waits no more."""
BEHIND = 900.0
"""Seconds later looks reach back beyond the one before: so late the archive may have something."""
MOST = 5_000
"""Posts of one look, the newest."""
HELD = 4_000
"""Posts with reach that are looked after, the newest: whether they were answered, and taken up."""
LOUDEST = 500
"""Of these how many are read again at every look, those with the largest audience."""
NOBODY = Author("")
CRITICAL = frozenset({"complaint", "query"})

log = structlog.get_logger()


class Known(NamedTuple):
    """A post with what it takes to look after it: nothing of its words or its author, which may be deleted."""

    mention: Mention
    post: Post
    wants: bool
    """Whether an answer of ours is due, if there is none."""


class Overhearing:
    """Tells watches of posts as they come, are taken up, and are answered."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._looked: float | None = None
        self._known: dict[str, Known] = {}

    async def look(self, watches: Mapping[str, Watch], at: float) -> None:
        """Tell what is new since the last look; while the archive is away nothing is, and nothing is missed later."""
        if self._looked is not None and 0.0 <= at - self._looked < LOOK:
            return
        since = at - REACH if self._looked is None else min(self._looked, at) - BEHIND
        try:
            found = await to_thread.run_sync(self._read, since, at)
        except Unavailable as reason:
            log.info("posts unknown", reason=str(reason))
            return
        self._looked = at
        by_brand: dict[str, list[Post]] = {}
        for brand, post in found:
            by_brand.setdefault(brand, []).append(post)
        for scope, posts in by_brand.items():
            if scope in watches:
                watches[scope].hear(posts)

    def tell_all(self, watches: Iterable[Watch]) -> None:
        """Tell new watches of the posts that are held."""
        for watch in watches:
            watch.hear([one.post for one in self._known.values() if watch.scope in one.mention.brands])

    def _read(self, since: float, at: float) -> list[tuple[str, Post]]:
        config = self._context.config
        accounts = Accounts(config.watched.brands)
        answering = {brand.id for brand in config.brands if brand.accounts}
        with self._context.store.reading() as tx:
            new = {one.mention.key: known(one, who, accounts, answering) for one, who in tx.posts.critical(since, MOST)}
            seen = self._known | {key: one for key, one in new.items() if one is not None}
            seen = {key: one for key, one in seen.items() if one.mention.published_at > at - REACH}
            mentions = [one.mention for one in seen.values()]
            seen |= self._again(tx, [one for key, one in seen.items() if key not in new], accounts, answering)
            answered = tx.answers.to(mentions, accounts)
            followed = tx.posts.followed([(one.channel, one.id) for one in mentions], at - REACH)
        changed = []
        for key, one in seen.items():
            patience = config.alerts.patience_for(one.post.reach) if one.wants and key not in answered else None
            due = None if patience is None else one.post.at + patience
            post = replace(one.post, followed=followed.get((one.mention.channel, one.mention.id), 0), due_at=due)
            before = self._known.get(key)
            if before is None or before.post != post:
                changed += [(brand, post) for brand in one.mention.brands]
            seen[key] = one._replace(post=post)
        newest = sorted(seen.values(), key=lambda one: (one.post.reach > 0, one.post.at))[-HELD:]
        self._known = {one.post.key: one for one in newest}
        return changed

    def _again(
        self, tx: Transaction, held: list[Known], accounts: Accounts, answering: AbstractSet[str]
    ) -> dict[str, Known]:
        """Return the loudest of those held as they are called now: labels are corrected, posts are deleted."""
        loudest = {one.post.key: one for one in sorted(held, key=lambda one: audience(one.post))[-LOUDEST:]}
        found = {one.mention.key: one for one in tx.mentions.alive(list(loudest))}
        told = {key: known(one, loudest[key].post.author, accounts, answering) for key, one in found.items()}
        return {key: told.get(key) or _over(one) for key, one in loudest.items()}


def _over(one: Known) -> Known:
    """Return a post nothing is to be looked after of any more."""
    return one._replace(post=replace(one.post, negative=False, fault="", due_at=None), wants=False)


def known(analysed: AnalysedMention, author: str, accounts: Accounts, answering: AbstractSet[str]) -> Known | None:
    """Return what is looked after of a post; None of ours, and of one that only passes on the words of others."""
    said, understood = analysed.mention, analysed.analysis
    if said.kind == "repost" or not accounts.brands(said.author).isdisjoint(said.brands):
        return None
    negative = understood.sentiment.label == "negative"
    article = said.kind == "article"
    wants = not article and (negative or any(intent.label in CRITICAL for intent in understood.intents))
    post = Post(said.key, said.published_at, author, negative, reach(said), fault=fault_in(said.text), article=article)
    return Known(replace(said, text="", url=None, author=NOBODY), post, wants and not answering.isdisjoint(said.brands))
