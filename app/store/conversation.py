"""What influence reads of the archive: who spoke of a brand when, whom they answer, and how they spoke of it before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, and_, func, select
from sqlalchemy.engine import Connection

from app.domain.identity import Identity
from app.domain.mention import Author, Engagement, Mention
from app.domain.remark import Content, Remark, remark
from app.domain.stance import Opinion
from app.domain.tally import Profile, profile
from app.store import rows
from app.store.partitions import Partitions
from app.store.schema import mention, mention_brand
from app.store.shelf import shelf

CHUNK = 400
"""Authors asked after in one statement."""
MOST = 20_000
"""Opinions read at once; of more, the latest."""


class _Analysis(msgspec.Struct, frozen=True, array_like=True):
    language: msgspec.Raw
    sentiment: msgspec.Raw
    intents: msgspec.Raw
    terms: tuple[str, ...] = ()
    voice: str = ""


class _Body(msgspec.Struct, frozen=True, array_like=True):
    """The part of `app.store.rows.Body` that is read here; the rest is skipped without being made."""

    id: msgspec.Raw
    author: Author
    kind: str
    url: msgspec.Raw
    language: msgspec.Raw
    engagement: Engagement
    place: msgspec.Raw
    rating: msgspec.Raw
    edited_at: msgspec.Raw
    received_at: msgspec.Raw
    analysis: _Analysis


_body = msgspec.msgpack.Decoder(_Body)


class Conversations:
    """Reads remarks within one transaction; replies name native ids, `identity` makes keys of them."""

    def __init__(self, connection: Connection, identity: Identity, partitions: Partitions | None = None) -> None:
        self._connection = connection
        self._identity = identity
        self._shelf = shelf(connection, partitions)

    def minutes(self, brand: str, since: float, until: float) -> dict[int, tuple[int, int]]:
        """Return by minute how many mentions a brand has from one instant to another, and how many are alive."""
        place = mention_brand.c
        query = (
            select(place.minute, func.count(), func.count(place.author_key))
            .where(place.brand == brand, place.published_at >= since, place.published_at < until)
            .group_by(place.minute)
        )
        return {minute: (number, alive) for minute, number, alive in self._connection.execute(query)}

    def remarks(self, brand: str, start: float, end: float, accounts: Collection[str] = ()) -> list[Remark]:
        """Return what was said of a brand in [start, end), by which authors; `accounts` are our own."""
        place, row = mention_brand.c, mention.c
        both = and_(row.key == place.key, row.published_at == place.published_at)
        query = (
            select(*_COLUMNS)
            .join_from(mention_brand, mention, both)
            .where(place.brand == brand, place.published_at >= start, place.published_at < end)
            .where(place.author_key.is_not(None))
        )
        found: Iterable[Any] = self._connection.execute(query)
        return [self._remark(one, brand, accounts) for one in found if one.body is not None]

    def of_keys(self, brand: str, keys: Sequence[str], accounts: Collection[str] = ()) -> list[Remark]:
        """Return living mentions by their keys, of whatever they speak."""
        return [self._remark(one, brand, accounts) for one in self._shelf.present(keys) if one.body is not None]

    def opinions(self, brand: str, authors: Sequence[str], since: float) -> Mapping[str, list[Opinion]]:
        """Return by author what was understood of their mentions of a brand since an instant."""
        row, found = mention.c, dict[str, list[Opinion]]()
        for start in range(0, len(authors), CHUNK):
            query = (
                select(row.author_key, row.published_at, row.label, row.intents, row.brands)
                .where(row.author_key.in_(authors[start : start + CHUNK]), row.published_at >= since)
                .order_by(row.published_at.desc())
                .limit(MOST)
            )
            for who, at, label, intents, brands in self._connection.execute(query):
                if brand in rows.brands_of(brands):
                    labels = [one.label for one in rows.intents_of(intents)] if intents != "[]" else ()
                    found.setdefault(who, []).append(Opinion(at, label, labels))
        return found

    def followers(self, authors: Sequence[str]) -> dict[str, int]:
        """Return how many follow each author, as their latest mention that says it tells; missing where none does."""
        row, found = mention.c, dict[str, int]()
        for start in range(0, len(authors), CHUNK):
            query = select(row.author_key, row.body).where(row.author_key.in_(authors[start : start + CHUNK]))
            for who, body in self._connection.execute(query.order_by(row.published_at.desc()).limit(MOST)):
                number = _body.decode(body).author.followers if body is not None and who not in found else None
                if number:
                    found[who] = number
        return found

    def profiles(self, authors: Sequence[str]) -> dict[str, Profile]:
        """Return how to show each author, by their latest mention that is left; missing where none is."""
        row, found = mention.c, dict[str, Profile]()
        for who in dict.fromkeys(authors):
            mine = select(row.channel, row.demo, row.body).where(row.author_key == who, row.body.is_not(None))
            last = self._connection.execute(mine.order_by(row.published_at.desc()).limit(1)).first()
            if last is not None:
                found[who] = profile(_body.decode(last.body).author, last.channel, demo=last.demo)
        return found

    def _remark(self, row: Row[Any], brand: str, accounts: Collection[str]) -> Remark:
        body = _body.decode(row.body)
        said = Mention(
            row.channel, "", row.published_at, row.text, body.author, body.kind, engagement=body.engagement,
            demo=row.demo, key=row.key, brands=rows.brands_of(row.brands),
        )  # fmt: skip
        links = tuple(self._identity.key(row.channel, one) if one else "" for one in (row.in_reply_to, row.quotes))
        content = Content(body.analysis.terms, body.analysis.voice)
        return remark(said, content, row.author_key, (links[0], links[1]), brand, accounts)


_COLUMNS = (
    mention.c.key, mention.c.channel, mention.c.published_at, mention.c.text, mention.c.author_key,
    mention.c.in_reply_to, mention.c.quotes, mention.c.brands, mention.c.demo, mention.c.body,
)  # fmt: skip
