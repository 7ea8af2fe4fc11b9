"""Overhearing: single posts read from the archive for the detectors that judge them, for all brands in one go."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import structlog
from anyio import to_thread

from alerts.evaluate import Watch
from app.config import Config
from app.domain.accounts import Accounts
from app.domain.analysis import AnalysedMention
from app.domain.brand import Brand
from app.domain.mention import reach
from app.domain.outage import fault_in
from app.domain.post import Post
from app.errors import Unavailable
from app.service import Context

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
CRITICAL = frozenset({"complaint", "query"})

log = structlog.get_logger()


class Known(NamedTuple):
    """A post with what it takes to look after it."""

    analysed: AnalysedMention
    author: str
    post: Post


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
            watch.hear([one.post for one in self._known.values() if watch.scope in one.analysed.mention.brands])

    def _read(self, since: float, at: float) -> list[tuple[str, Post]]:
        config = self._context.config
        accounts = Accounts(config.watched.brands)
        with self._context.store.reading() as tx:
            new = {
                one.mention.key: (one, who)
                for one, who in tx.posts.critical(since, MOST)
                if one.mention.kind != "repost"
            }
            seen = {key: (one.analysed, one.author) for key, one in self._known.items()} | new
            seen = {key: one for key, one in seen.items() if one[0].mention.published_at > at - REACH}
            mentions = [one.mention for one, _ in seen.values()]
            answered = tx.answers.to(mentions, accounts)
            followed = tx.posts.followed([(one.channel, one.id) for one in mentions], at - REACH)
        brands = {brand.id: brand for brand in config.brands}
        changed = []
        known: dict[str, Known] = {}
        for key, (analysed, who) in seen.items():
            said = analysed.mention
            if not accounts.brands(said.author).isdisjoint(said.brands):
                continue
            mine = [brands[one] for one in said.brands if one in brands]
            post = self._post(analysed, who, mine, config, followed.get((said.channel, said.id), 0), answered.get(key))
            before = self._known.get(key)
            if before is None or before.post != post:
                changed += [(brand, post) for brand in said.brands]
            known[key] = Known(analysed, who, post)
        newest = sorted(known.values(), key=lambda one: (one.post.reach > 0, one.post.at))[-HELD:]
        self._known = {one.post.key: one for one in newest}
        return changed

    @staticmethod
    def _post(
        analysed: AnalysedMention,
        who: str,
        brands: Iterable[Brand],
        config: Config,
        followed: int,
        answered: float | None,
    ) -> Post:
        said, understood = analysed.mention, analysed.analysis
        negative = understood.sentiment.label == "negative"
        wants = negative or any(intent.label in CRITICAL for intent in understood.intents)
        ours = any(brand.accounts for brand in brands)
        patience = config.alerts.patience_for(reach(said)) if wants and ours and answered is None else None
        return Post(
            key=said.key,
            at=said.published_at,
            author=who,
            negative=negative,
            reach=reach(said),
            followed=followed,
            fault=fault_in(said.text),
            due_at=None if patience is None else said.published_at + patience,
        )
