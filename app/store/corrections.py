"""What persons say of mentions: kept, read again, counted, and given out to learn from."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import and_, false, func, select
from sqlalchemy.engine import Connection

from app.domain.accuracy import Verdicts
from app.domain.actor import Actor
from app.domain.analysis import AnalysedMention, Analysis, Sentiment
from app.domain.brand import brands_of
from app.domain.correction import Chosen, Field, Judgement
from app.store import rows
from app.store.partitions import Partitions
from app.store.schema import correction, mention, mention_brand
from app.store.shelf import shelf

CHUNK = 500
"""Mentions read at once."""
Value = str | tuple[str, ...]
_json = msgspec.json.Encoder()
_value = msgspec.json.Decoder(Value)


class Said(msgspec.Struct, frozen=True):
    """Something a person says of one field of a mention; None takes back what was said before."""

    field: Field
    value: Value | None


class Lesson(msgspec.Struct, frozen=True):
    """A living mention as a person understands it; None where they said nothing."""

    key: str
    text: str
    language: str
    rating: float | None
    sentiment: str | None
    intents: tuple[str, ...] | None
    at: float
    chosen: Chosen


class Corrections:
    """Writes and reads corrections within one transaction."""

    def __init__(self, connection: Connection, partitions: Partitions | None = None) -> None:
        self._connection = connection
        self._shelf = shelf(connection, partitions)

    def alone(self, key: str) -> None:
        """Make others who judge the same mention wait until this transaction ends; SQLite's writers wait anyhow."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"correction {key}"))))

    def add(
        self, stood: AnalysedMention, said: Said, actor: Actor, at: float, chosen: Chosen = "person"
    ) -> tuple[str, ...]:
        """Keep what a person says of a mention as it stood; return what the analyzers had said.

        A mention drawn at random stays one, whoever judges it again.
        """
        key, row = stood.mention.key, correction.c
        query = select(correction).where(row.key == key, row.field == said.field, row.standing)
        before = self._connection.execute(query).one_or_none()
        analysis, feeling = stood.analysis, stood.analysis.sentiment
        figures = (feeling.negative, feeling.neutral, feeling.positive)
        found = _found(analysis, said.field)
        if before is not None and said.field in analysis.corrected:
            same = (before.negative, before.neutral, before.positive) == figures
            found = before.said if same or said.field == "intents" else _json.encode(_likeliest(feeling)).decode()
        here = and_(row.key == key, row.field == said.field)
        self._connection.execute(correction.update().where(here).values(standing=False))
        new = {
            "key": key,
            "field": said.field,
            "turn": before.turn + 1 if before is not None else 1,
            "at": at,
            "actor_kind": actor.kind,
            "actor": actor.id,
            "value": None if said.value is None else _json.encode(said.value).decode(),
            "said": found,
            "negative": feeling.negative,
            "neutral": feeling.neutral,
            "positive": feeling.positive,
            "model": analysis.model,
            "language": analysis.language,
            "brands": _json.encode(brands_of(stood.mention.brands)).decode(),
            "chosen": "random" if before is not None and before.chosen == "random" else chosen,
            "standing": True,
            "delivered": False,
        }
        self._connection.execute(correction.insert().values(new))
        return _all(found)

    def standing(self, key: str) -> tuple[Judgement, Mapping[str, int]]:
        """Return what persons say of a mention now, and the latest turn of each field."""
        row = correction.c
        found = self._connection.execute(select(correction).where(row.key == key, row.standing)).all()
        values = {one.field: _value.decode(one.value) for one in found if one.value is not None}
        return msgspec.convert(values, Judgement), {one.field: one.turn for one in found}

    def undelivered(self, limit: int = 100) -> list[str]:
        """Return keys of mentions of which the bus may not have heard yet what was said."""
        row = correction.c
        query = select(row.key).where(row.delivered == false()).distinct().order_by(row.key).limit(limit)
        return list(self._connection.scalars(query))

    def delivered(self, key: str, turns: Mapping[str, int]) -> None:
        """Note that the bus has heard what was said up to those turns."""
        row = correction.c
        for field, turn in turns.items():
            here = and_(row.key == key, row.field == field, row.turn <= turn, row.delivered == false())
            self._connection.execute(correction.update().where(here).values(delivered=True))

    def verdicts(self, field: Field, model: str | None = None) -> list[Verdicts]:
        """Return how analyzers and persons saw the same mentions, counted; of one model or of all.

        Mentions that were deleted since are among them: no word of them is needed.
        """
        row = correction.c
        alike = (row.brands, row.language, row.chosen, row.said, row.value)
        query = select(*alike, func.count()).where(row.standing, row.field == field, row.value.is_not(None))
        if model is not None:
            query = query.where(row.model == model)
        return [
            Verdicts(rows.brands_of(brands), language, chosen, _all(said), _all(value), count)
            for brands, language, chosen, said, value, count in self._connection.execute(query.group_by(*alike))
        ]

    def of(self, brand: str) -> Iterator[Lesson]:
        """Yield what there is to learn of a brand's mentions, in the order it was said; deleted ones teach nothing."""
        row = correction.c
        query = select(row.key, row.field, row.value, row.at, row.chosen).where(row.standing, row.value.is_not(None))
        said: dict[str, list[tuple[str, Value, float, Chosen]]] = {}
        for key, field, value, at, chosen in self._connection.execute(query.order_by(row.at, row.key)):
            said.setdefault(key, []).append((field, _value.decode(value), at, chosen))
        keys = list(said)
        for start in range(0, len(keys), CHUNK):
            there = {one.key: one for one in self._shelf.present(keys[start : start + CHUNK]) if one.body is not None}
            for key in keys[start : start + CHUNK]:
                if key in there and brand in rows.brands_of(there[key].brands):
                    yield _lesson(rows.to_analysed(there[key]), said[key])

    def drawn(self, brand: str, since: float, limit: int) -> list[AnalysedMention]:
        """Draw living mentions of a brand published since an instant at random, each as likely as any other."""
        place = mention_brand.c
        alive = and_(place.brand == brand, place.published_at >= since, place.author_key.is_not(None))
        return self._read(select(place.key).where(alive).order_by(func.random()).limit(limit))

    def doubtful(self, brand: str, since: float, limit: int) -> list[AnalysedMention]:
        """Return the latest mentions of a brand that are called uncertain and nobody has judged."""
        place, row = mention_brand.c, mention.c
        judged = select(correction.c.key).where(correction.c.key == place.key, correction.c.standing)
        both = and_(row.key == place.key, row.published_at == place.published_at)
        query = (
            select(place.key)
            .join_from(mention_brand, mention, both)
            .where(place.brand == brand, place.published_at >= since, row.label == "uncertain", ~judged.exists())
            .order_by(place.published_at.desc())
        )
        return self._read(query.limit(limit))

    def _read(self, query: object) -> list[AnalysedMention]:
        keys: Sequence[str] = self._connection.scalars(query).all()  # type: ignore[call-overload] # a select of keys
        there = {one.key: one for one in self._shelf.present(list(keys)) if one.body is not None}
        return [rows.to_analysed(there[key]) for key in keys if key in there]


def _found(analysis: Analysis, field: Field) -> str:
    said: Value = (
        analysis.sentiment.label if field == "sentiment" else tuple(sorted(one.label for one in analysis.intents))
    )
    return _json.encode(said).decode()


def _likeliest(feeling: Sentiment) -> str:
    """Return the best guess of the analyzers where the label is a person's."""
    return max(("negative", "neutral", "positive"), key=lambda label: float(getattr(feeling, label)))


def _all(value: str) -> tuple[str, ...]:
    found = _value.decode(value)
    return (found,) if isinstance(found, str) else tuple(sorted(found))


def _lesson(stood: AnalysedMention, said: Sequence[tuple[str, Value, float, Chosen]]) -> Lesson:
    values = {field: value for field, value, _, _ in said}
    sentiment, intents = values.get("sentiment"), values.get("intents")
    return Lesson(
        stood.mention.key,
        stood.mention.text,
        stood.analysis.language,
        stood.mention.rating,
        sentiment if isinstance(sentiment, str) else None,
        tuple(intents) if intents is not None and not isinstance(intents, str) else None,
        max(at for _, _, at, _ in said),
        "random" if any(chosen == "random" for _, _, _, chosen in said) else "person",
    )
