"""A mention as a row of the archive, there and back."""

from typing import Any

import msgspec
from sqlalchemy import Row

from app.domain.analysis import AnalysedMention, Analysis, Evidence, Intent, Label, Sentiment
from app.domain.mention import Author, Deletion, Engagement, Mention
from app.domain.tally import Contribution
from app.store.schema import mention

COLUMNS = tuple(column.name for column in mention.c)

_json = msgspec.json.Encoder()
_brands = msgspec.json.Decoder(tuple[str, ...])
_author = msgspec.json.Decoder(Author)
_engagement = msgspec.json.Decoder(Engagement)
_evidence = msgspec.json.Decoder(tuple[Evidence, ...])
_intents = msgspec.json.Decoder(tuple[Intent, ...])
_pack = msgspec.msgpack.Encoder()
_contribution = msgspec.msgpack.Decoder(Contribution)


def _text(value: Any) -> str:
    return _json.encode(value).decode()


def from_analysed(analysed: AnalysedMention, version: int, key: str, counted: Contribution) -> tuple[Any, ...]:
    """Return the row of a living mention, in the order of the table's columns."""
    said, understood = analysed.mention, analysed.analysis
    felt = understood.sentiment
    return (
        key,
        version,
        said.revision,
        said.channel,
        said.kind,
        said.published_at,
        said.received_at,
        said.edited_at,
        None,
        said.source,
        said.demo,
        _text(said.brands),
        felt.label,
        said.id,
        said.text,
        said.url,
        counted.author,
        _text(said.author),
        said.language,
        understood.language,
        said.in_reply_to,
        said.quotes,
        _text(said.engagement),
        said.place,
        said.rating,
        felt.negative,
        felt.neutral,
        felt.positive,
        _text(felt.evidence),
        _text(understood.intents),
        _pack.encode(counted),
    )


def tombstone(deletion: Deletion, version: int, key: str, before: Contribution | None) -> tuple[Any, ...]:
    """Return the row of a mention that was deleted before it came, with what is known of it."""
    known = {
        "key": key,
        "version": version,
        "revision": 0,
        "channel": deletion.channel,
        "published_at": deletion.deleted_at,
        "deleted_at": deletion.deleted_at,
        "source": deletion.source,
        "demo": False,
        "brands": "[]",
    } | (counted_columns(before) if before else {})
    return tuple(known.get(name) for name in COLUMNS)


def counted_columns(before: Contribution) -> dict[str, Any]:
    """Return the columns a tombstone keeps of what was counted."""
    return {
        "published_at": before.at,
        "demo": before.demo,
        "brands": _text(before.brands),
        "label": before.label,
    }


def brands_of(text: str) -> tuple[str, ...]:
    """Return the brands of a row from its JSON."""
    return _brands.decode(text)


def names_of(text: str) -> set[str]:
    """Return under which names an author may be shown, from a row's JSON."""
    author = _author.decode(text)
    return {name for name in (author.id, author.handle, author.name) if name}


def counted_of(blob: bytes) -> Contribution:
    """Return what a row's mention added to the tallies."""
    return _contribution.decode(blob)


def to_mention(row: Row[Any]) -> Mention:
    """Return the mention of a living row."""
    return Mention(
        channel=row.channel,
        id=row.native_id,
        published_at=row.published_at,
        text=row.text,
        author=_author.decode(row.author),
        kind=row.kind,
        url=row.url,
        language=row.stated_language,
        in_reply_to=row.in_reply_to,
        quotes=row.quotes,
        engagement=_engagement.decode(row.engagement),
        place=row.place,
        rating=row.rating,
        edited_at=row.edited_at,
        revision=row.revision,
        source=row.source,
        demo=row.demo,
        received_at=row.received_at,
        key=row.key,
        brands=_brands.decode(row.brands),
    )


def to_analysed(row: Row[Any]) -> AnalysedMention:
    """Return the analysed mention of a living row, as it was stored."""
    label: Label = row.label
    felt = Sentiment(label, row.negative, row.neutral, row.positive, _evidence.decode(row.evidence))
    terms = _contribution.decode(row.contribution).terms
    return AnalysedMention(to_mention(row), Analysis(row.language, felt, _intents.decode(row.intents), terms))


def intents_of(text: str) -> tuple[Intent, ...]:
    """Return the intents of a row from its JSON."""
    return _intents.decode(text)
