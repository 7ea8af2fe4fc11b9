"""Answers: which mentions we have replied to, and which still wait for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, or_, select
from sqlalchemy.engine import Connection

from app.domain.accounts import Accounts
from app.domain.analysis import AnalysedMention
from app.domain.mention import Mention
from app.store import rows
from app.store.alerting import answered
from app.store.schema import mention, mention_brand
from app.store.statements import put

CHUNK = 500
"""Ids named in one statement."""

REPLIES = 20_000
"""Replies looked at for a chunk, the oldest first."""


class Answers:
    """Reads answers within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def to(self, mentions: Sequence[Mention], accounts: Accounts) -> Mapping[str, float]:
        """Return by key of a mention when it was answered: by a reply of one of `accounts`, or as somebody said.

        A reply counts in the channel of what it answers, by an account of any brand the mention counts for; the first
        one does.
        """
        asked = {(one.channel, rows.clean(one.id)): one for one in mentions}
        ids = sorted({native_id for _, native_id in asked})
        found: dict[str, float] = {}
        for start in range(0, len(ids), CHUNK):
            for row in self._replies(ids[start : start + CHUNK]):
                one = asked.get((row.channel, row.in_reply_to))
                if one is None or one.key in found or row.key == one.key:
                    continue
                if not accounts.brands(rows.author_of(row)).isdisjoint(one.brands):
                    found[one.key] = row.published_at
        return found | dict(self._said(sorted({one.key for one in mentions} - found.keys())))

    def say(self, key: str, at: float) -> bool:
        """Keep that a mention was answered where we cannot see it; return False if that was kept already."""
        return put(self._connection, answered, {"key": key, "at": at})

    def unsay(self, key: str) -> bool:
        """Take that back; return False if nobody had said so."""
        return self._connection.execute(delete(answered).where(answered.c.key == key)).rowcount > 0

    def _said(self, keys: Sequence[str]) -> Iterator[tuple[str, float]]:
        for start in range(0, len(keys), CHUNK):
            query = select(answered).where(answered.c.key.in_(keys[start : start + CHUNK]))
            for row in self._connection.execute(query):
                yield row.key, row.at

    def _replies(self, ids: Sequence[str]) -> Iterator[Row[Any]]:
        here = and_(mention.c.in_reply_to.in_(ids), mention.c.body.is_not(None))
        query = select(mention).where(here).order_by(mention.c.published_at).limit(REPLIES)
        yield from self._connection.execute(query)

    def awaited(self, brand: str, since: float, limit: int) -> Iterator[AnalysedMention]:
        """Yield mentions of a brand that may want an answer, newest first: called negative, uncertain, or with intents.

        At most `limit` of them, published since an instant.
        """
        place, row = mention_brand.c, mention.c
        both = and_(row.key == place.key, row.published_at == place.published_at)
        here = and_(place.brand == brand, place.published_at >= since, row.deleted_at.is_(None))
        wants = or_(row.label.in_(("negative", "uncertain")), row.intents != "[]")
        query = select(mention).join_from(mention_brand, mention, both).where(here, wants)
        newest = query.order_by(place.published_at.desc(), place.key.desc()).limit(limit)
        for found in self._connection.execute(newest):
            yield rows.to_analysed(found)
