"""What was said, by the hour: kept as counts of concepts, made anew where something was edited or deleted."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, and_, bindparam, delete, func, or_, select
from sqlalchemy.engine import Connection, Row

from app.domain.mention import reach
from app.domain.repertoire import HOUR, REACH, Said, Talk
from app.store import rows
from app.store.schema import mention, mention_brand, metadata, tally_hour
from app.store.statements import insert

SETTLED = 60.0
"""Seconds after its end until an hour is counted: most of what belongs to it has arrived."""
STALE = -1
"""Number of mentions of an hour that has to be counted anew."""
SAMPLE = 3_600
"""Mentions of a window that are read at most; of more, some from the beginning of each slice."""
SLICES = 60
talk_hour = Table(
    "talk_hour",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("talk", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""How many people named which concepts in an hour, as MessagePack; `turn` counts how often it was soiled by an edit or
a deletion, which empties it, and `count` the mentions it was made from, -1 while it has to be made anew."""

_pack = msgspec.msgpack.Encoder()
_talk = msgspec.msgpack.Decoder(Talk)


class Due(NamedTuple):
    """An hour of a brand that has to be counted; `turn` tells whether it changes meanwhile."""

    brand: str
    start: int
    mentions: int
    turn: int


class TalkHours:
    """Keeps and reads the talk of brands within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def soil(self, gone: Iterable[Row[tuple[object, ...]]]) -> None:
        """Forget the hours of mentions that are no longer what they were: their words were counted there."""
        hours = {(brand, _hour(row.published_at)) for row in gone for brand in rows.brands_of(row.brands)}
        empty = _pack.encode(Talk(0, 0))
        for brand, start in sorted(hours):
            made = insert(self._connection, talk_hour).values(brand=brand, start=start, turn=1, count=STALE, talk=empty)
            fresh = {"turn": talk_hour.c.turn + 1, "count": STALE, "talk": empty}
            self._connection.execute(made.on_conflict_do_update(index_elements=["brand", "start"], set_=fresh))

    def due(self, now: float, limit: int = 100) -> list[Due]:
        """Return hours that ended and are not counted, or hold a fifth more or less by now; the latest first."""
        found: list[Due] = []
        sums, kept = tally_hour.c, talk_hour.c
        number = (sums["count"] - sums.seeded).label("number")
        same = and_(kept.brand == sums.brand, kept.start == sums.start)
        changed = func.abs(number - kept["count"]) * 5 > kept["count"] + 5
        query = (
            select(sums.start, number, kept.turn)
            .join_from(tally_hour, talk_hour, same, isouter=True)
            .where(
                sums.brand == bindparam("brand"),
                sums.start >= _hour(now - REACH) + HOUR,
                sums.start <= now - HOUR - SETTLED,
                number > 0,
                or_(kept.turn.is_(None), kept["count"] == STALE, changed),
            )
            .order_by(sums.start.desc())
            .limit(limit)
        )
        for brand in self.brands():
            hours = self._connection.execute(query, {"brand": brand})
            found += [Due(brand, row.start, row.number, row.turn or 0) for row in hours]
        found.sort(key=lambda one: (-one.start, one.brand))
        return found[:limit]

    def brands(self) -> Iterator[str]:
        """Yield the brands of which something was counted; topics and campaigns are parts of them."""
        column, brand = tally_hour.c.brand, ""
        while found := self._connection.scalar(select(func.min(column)).where(column > brand)):
            brand = str(found)
            if "/" not in brand:
                yield brand

    def keep(self, due: Due, talk: Talk) -> bool:
        """Keep the talk of an hour, unless something of it changed since `due` was read."""
        made = insert(self._connection, talk_hour).values(
            brand=due.brand, start=due.start, turn=due.turn, count=due.mentions, talk=_pack.encode(talk)
        )
        fresh = {"count": due.mentions, "talk": made.excluded.talk}
        kept = made.on_conflict_do_update(
            index_elements=["brand", "start"], set_=fresh, where=talk_hour.c.turn == due.turn
        )
        return self._connection.execute(kept, execution_options={"preserve_rowcount": True}).rowcount == 1

    def read(self, brand: str, since: float, until: float) -> list[Talk]:
        """Return the talk of the hours that begin in [since, until), the oldest first."""
        row = talk_hour.c
        within = (row.brand == brand, row.start >= since, row.start < until, row["count"] != STALE)
        return [
            _talk.decode(one) for one in self._connection.scalars(select(row.talk).where(*within).order_by(row.start))
        ]

    def forget(self, until: float) -> int:
        """Drop the hours that began before an instant; return how many."""
        return self._connection.execute(delete(talk_hour).where(talk_hour.c.start < until)).rowcount

    def said(self, brand: str, since: float, until: float) -> list[Said]:
        """Return what was said of a brand in [since, until), in order of time; of very much a sample, weighted."""
        place = mention_brand.c
        within = (place.brand == brand, place.published_at >= since, place.published_at < until)
        query = select(func.count()).select_from(mention_brand).where(*within)
        if int(self._connection.scalar(query) or 0) <= SAMPLE:
            return self._said(brand, since, until, 1.0)
        found = []
        step = (until - since) / SLICES
        for number in range(SLICES):
            start, end = since + number * step, since + (number + 1) * step
            part = (place.brand == brand, place.published_at >= start, place.published_at < end)
            total = self._connection.scalar(select(func.count()).select_from(mention_brand).where(*part)) or 0
            most = SAMPLE // SLICES
            found += self._said(brand, start, end, max(1.0, total / most), most)
        return found

    def _said(self, brand: str, since: float, until: float, weight: float, limit: int = SAMPLE) -> list[Said]:
        place, told = mention_brand.c, mention.c
        same = (told.key == place.key) & (told.published_at == place.published_at)
        query = (
            select(mention)
            .join_from(mention_brand, mention, same)
            .where(place.brand == brand, place.published_at >= since, place.published_at < until)
            .order_by(place.published_at, place.key)
            .limit(limit)
        )
        return [_said_of(row, weight) for row in self._connection.execute(query) if row.body is not None]


def _said_of(row: Row[tuple[object, ...]], weight: float) -> Said:
    analysed = rows.to_analysed(row)
    said, understood = analysed.mention, analysed.analysis
    return Said(
        key=said.key,
        at=said.published_at,
        author=row.author_key,
        terms=understood.terms,
        label=understood.sentiment.label,
        voice=understood.voice,
        repost=said.kind == "repost",
        reach=reach(said),
        text=said.text,
        name=said.author.name or said.author.handle or "",
        handle=said.author.handle or "",
        weight=weight,
    )


def _hour(at: float) -> int:
    return int(at) // HOUR * HOUR
