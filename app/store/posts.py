"""Posts that may matter by themselves: critical ones and questions, and how often they were taken up."""

from collections.abc import Collection, Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection

from app.domain.analysis import AnalysedMention
from app.store import rows
from app.store.schema import mention

CHUNK = 500


class PostRows:
    """Reads posts of all brands within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def critical(self, since: float, limit: int) -> Iterator[tuple[AnalysedMention, str]]:
        """Yield what was published since an instant and is called negative, uncertain, or has intents, newest first.

        At most `limit` of them, each with its author's key; reposts say nothing of their own and are left out by the
        caller.
        """
        row = mention.c
        wants = or_(row.label.in_(("negative", "uncertain")), row.intents != "[]")
        query = select(mention).where(and_(row.published_at >= since, row.body.is_not(None), wants))
        for found in self._connection.execute(query.order_by(row.published_at.desc(), row.key.desc()).limit(limit)):
            yield rows.to_analysed(found), found.author_key or ""

    def followed(self, ids: Collection[tuple[str, str]], since: float) -> dict[tuple[str, str], int]:
        """Return by (channel, native id) how many mentions since an instant answer or quote it; missing where none."""
        wanted, native = set(ids), sorted({rows.clean(one) for _, one in ids})
        found: dict[tuple[str, str], int] = {}
        for column in (mention.c.in_reply_to, mention.c.quotes):
            for start in range(0, len(native), CHUNK):
                here = and_(column.in_(native[start : start + CHUNK]), mention.c.published_at >= since)
                query = select(mention.c.channel, column.label("id"), func.count().label("number")).where(here)
                for row in self._connection.execute(query.group_by(mention.c.channel, column)):
                    if (row.channel, row.id) in wanted:
                        found[row.channel, row.id] = found.get((row.channel, row.id), 0) + int(row.number)
        return found
