"""Who says the same about a brand, read from the archive."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.domain.chorus import Chorus, Spoken, choruses, gathered, to_ask
from app.store import rows
from app.store.schema import mention, mention_brand

LOOKED_AT = 5_000
"""Mentions of which choruses are made, the newest: 50 ms or so."""

CHUNK = 500
"""Authors named in one statement; SQLite takes 32,766 values, older ones 999."""


class Choir(NamedTuple):
    """The choruses of a brand, the largest first, and how many posts were looked at for them."""

    choruses: list[Chorus]
    looked_at: int


class Choruses:
    """Reads what was said lately and tells who said the same."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, brand: str, since: float, until: float, limit: int = LOOKED_AT) -> Choir:
        """Return the choruses among the newest `limit` living mentions of [since, until)."""
        place, told = mention_brand.c, mention.c
        same = (told.key == place.key) & (told.published_at == place.published_at)
        within = (place.brand == brand, place.published_at >= since, place.published_at < until)
        query = select(mention).join_from(mention_brand, mention, same).where(*within, told.body.is_not(None))
        newest = query.order_by(place.published_at.desc(), place.key.desc()).limit(limit)
        spoken = [Spoken(rows.to_analysed(row), row.author_key) for row in self._connection.execute(newest)]
        clusters = gathered(spoken)
        first_heard = self._first_heard(to_ask(spoken, clusters))
        return Choir(choruses(spoken, clusters, first_heard), len(spoken))

    def _first_heard(self, authors: Iterable[str]) -> dict[str, float]:
        """Return when authors were heard first, whatever they spoke of."""
        asked, found = sorted(authors), dict[str, float]()
        for start in range(0, len(asked), CHUNK):
            some = mention.c.author_key.in_(asked[start : start + CHUNK])
            query = select(mention.c.author_key, func.min(mention.c.published_at).label("first")).where(some)
            rows_found = self._connection.execute(query.group_by(mention.c.author_key))
            found |= {row.author_key: row.first for row in rows_found}
        return found
