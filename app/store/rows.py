"""A mention as a row of the archive, there and back."""

from typing import Any

import msgspec
from sqlalchemy import Row

from app.domain.analysis import AnalysedMention, Analysis, Intent
from app.domain.mention import Author, Deletion, Engagement, Mention
from app.domain.tally import Contribution, contribution
from app.store.schema import mention

COLUMNS = tuple(column.name for column in mention.c)

Values = tuple[Any, ...]
"""One row, in the order of its table's columns."""

NUL, INSTEAD = "\0", "\ufffd"
"""PostgreSQL takes no NUL in a text and SQLite's functions stop at it; the column shows U+FFFD, the body keeps it."""


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What SQL never asks for, in one column as MessagePack: one call instead of a dozen conversions.

    Fields are only ever added, at the end and with a default.
    """

    id: str
    author: Author
    kind: str
    url: str | None
    language: str | None
    engagement: Engagement
    place: str | None
    rating: float | None
    edited_at: float | None
    received_at: float
    analysis: Analysis
    text: str | None = None
    """The text, where the column cannot hold it as it is."""


_json = msgspec.json.Encoder()
_brands = msgspec.json.Decoder(tuple[str, ...])
_intents = msgspec.json.Decoder(tuple[Intent, ...])
_pack = msgspec.msgpack.Encoder()
_body = msgspec.msgpack.Decoder(Body)
_brands_texts: dict[tuple[str, ...], str] = {}
MANY_BRANDS = 4_096
"""Combinations of brands whose JSON is remembered."""


def from_analysed(analysed: AnalysedMention, version: int, key: str, author_key: str) -> Values:
    """Return the row of a living mention."""
    said, understood = analysed.mention, analysed.analysis
    text, reply, quotes = said.text, said.in_reply_to, said.quotes
    exact = text if NUL in text else None
    body = (
        said.id,
        said.author,
        said.kind,
        said.url,
        said.language,
        said.engagement,
        said.place,
        said.rating,
        said.edited_at,
        said.received_at,
        understood,
        exact,
    )
    return (
        key,
        version,
        said.revision,
        said.channel,
        said.published_at,
        None,
        said.source,
        said.demo,
        _brands_text(said.brands),
        understood.sentiment.label,
        exact.replace(NUL, INSTEAD) if exact else text,
        author_key,
        reply and clean(reply),
        quotes and clean(quotes),
        _json.encode(understood.intents).decode() if understood.intents else "[]",
        _pack.encode(body),
    )


def tombstone(deletion: Deletion, version: int, key: str, before: Contribution | None) -> Values:
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
    } | (_counted_columns(before) if before else {})
    return tuple(known.get(name) for name in COLUMNS)


def emptied(row: Row[Any], deletion: Deletion, version: int, before: Contribution | None) -> Values:
    """Return the tombstone of a living row; `before` is what counts if the deletion overtook an edit."""
    kept = ("key", "revision", "channel", "published_at", "source", "demo", "brands", "label")
    known = {name: getattr(row, name) for name in kept}
    known |= {"version": max(version, row.version), "deleted_at": deletion.deleted_at}
    if before and version > row.version + 1:
        known |= _counted_columns(before)
    return tuple(known.get(name) for name in COLUMNS)


def places(key: str, at: float, brands: tuple[str, ...], author_key: str | None) -> list[Values]:
    """Return the rows of `mention_brand` of a mention."""
    minute = int(at) // 60 * 60
    return [(brand, at, key, minute, author_key) for brand in brands]


def places_of(row: Row[Any]) -> list[Values]:
    """Return the rows of `mention_brand` of a row of `mention`."""
    return places(row.key, row.published_at, brands_of(row.brands), row.author_key)


def clean(text: str) -> str:
    """Return a text as both databases can hold it."""
    return text.replace(NUL, INSTEAD) if NUL in text else text


def brands_of(text: str) -> tuple[str, ...]:
    """Return the brands of a row from its JSON."""
    return _brands.decode(text)


def native_id_of(row: Row[Any]) -> str:
    """Return the id a living row's mention has in its channel."""
    return _body.decode(row.body).id


def names_of(row: Row[Any]) -> set[str]:
    """Return under which names the author of a living row may be shown."""
    author = _body.decode(row.body).author
    return {name for name in (author.id, author.handle, author.name) if name}


def author_of(row: Row[Any]) -> Author:
    """Return who said what a living row holds."""
    return _body.decode(row.body).author


def counted_of(row: Row[Any]) -> Contribution:
    """Return what the mention of a living row added to the tallies."""
    return contribution(to_analysed(row), row.author_key)


def to_analysed(row: Row[Any]) -> AnalysedMention:
    """Return the analysed mention of a living row, as it was stored."""
    body = _body.decode(row.body)
    said = Mention(
        channel=row.channel,
        id=body.id,
        published_at=row.published_at,
        text=row.text if body.text is None else body.text,
        author=body.author,
        kind=body.kind,
        url=body.url,
        language=body.language,
        in_reply_to=row.in_reply_to,
        quotes=row.quotes,
        engagement=body.engagement,
        place=body.place,
        rating=body.rating,
        edited_at=body.edited_at,
        revision=row.revision,
        source=row.source,
        demo=row.demo,
        received_at=body.received_at,
        key=row.key,
        brands=_brands.decode(row.brands),
    )
    return AnalysedMention(said, body.analysis)


def intents_of(text: str) -> tuple[Intent, ...]:
    """Return the intents of a row from its JSON."""
    return _intents.decode(text)


def _brands_text(brands: tuple[str, ...]) -> str:
    text = _brands_texts.get(brands)
    if text is None:
        if len(_brands_texts) >= MANY_BRANDS:
            _brands_texts.clear()
        text = _brands_texts[brands] = _json.encode(brands).decode()
    return text


def _counted_columns(before: Contribution) -> dict[str, Any]:
    return {
        "published_at": before.at,
        "demo": before.demo,
        "brands": _brands_text(before.brands),
        "label": before.label,
    }
