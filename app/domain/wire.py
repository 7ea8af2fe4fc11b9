"""The public form of a mention: one JSON object a line (replay files, push, exports).

Required are `channel`, `id`, `published_at`, `text` and `author.id`; with `deleted_at` it is a deletion.
Fields we do not know are ignored, so that exports of newer versions can be read.
"""

import re
from typing import Any, Never

import msgspec

from app.domain.analysis import Analysis, Evidence
from app.domain.brand import brands_of
from app.domain.instant import from_rfc3339, rfc3339
from app.domain.mention import KINDS, Author, Deletion, Engagement, Mention
from app.errors import MentionError

LONGEST_TEXT = 100_000
"""Characters a text may have."""

AHEAD = 600.0
"""Seconds an instant may lie in the future: clocks differ."""

EARLIEST = 631_152_000.0
"""1990-01-01: nothing we listen to is older."""

_LONGEST = 2_048
_HIGHEST = 10**12
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_AT = re.compile(r"^(?P<sentence>.*?)(?: - at `\$\.?(?P<field>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"missing required field `(\w+)`")


class _Author(msgspec.Struct):
    id: str
    handle: str | None = None
    name: str | None = None
    followers: int | None = None
    verified: bool | None = None
    url: str | None = None
    created_at: str | None = None


class _Engagement(msgspec.Struct):
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    views: int | None = None


class _Mention(msgspec.Struct):
    channel: str
    id: str
    published_at: str
    text: str
    author: _Author
    kind: str | None = None
    url: str | None = None
    language: str | None = None
    in_reply_to: str | None = None
    quotes: str | None = None
    engagement: _Engagement | None = None
    place: str | None = None
    rating: float | None = None
    edited_at: str | None = None
    demo: bool | None = None


class _Deletion(msgspec.Struct):
    channel: str
    id: str
    deleted_at: str


class _Sort(msgspec.Struct):
    deleted_at: Any = None


_sort = msgspec.json.Decoder(_Sort)
_mention = msgspec.json.Decoder(_Mention)
_deletion = msgspec.json.Decoder(_Deletion)


def read(line: bytes | str, now: float) -> Mention | Deletion:
    """Read one line; raise `MentionError` that names the field and says what is wrong with it."""
    try:
        data = line.encode() if isinstance(line, str) else line
        if _sort.decode(data).deleted_at is not None:
            return _read_deletion(_deletion.decode(data), now)
        return _read_mention(_mention.decode(data), now)
    except msgspec.ValidationError as error:
        _explain(str(error))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MentionError("line", f"This is not one JSON object in UTF-8: {error}.") from None


def _read_mention(raw: _Mention, now: float) -> Mention:
    kind = raw.kind or "post"
    if kind not in KINDS:
        raise MentionError("kind", f"{kind[:40]!r} is no kind of mention; choose one of {', '.join(KINDS)}.")
    edited_at = None if raw.edited_at is None else _instant("edited_at", raw.edited_at, now)
    engagement = raw.engagement or _Engagement()
    return Mention(
        channel=_channel(raw.channel),
        id=_required("id", raw.id),
        published_at=_instant("published_at", raw.published_at, now),
        text=_bounded("text", raw.text, LONGEST_TEXT),
        author=_author(raw.author, now),
        kind=kind,
        url=_optional("url", raw.url),
        language=_optional("language", raw.language, 35),
        in_reply_to=_optional("in_reply_to", raw.in_reply_to),
        quotes=_optional("quotes", raw.quotes),
        engagement=Engagement(
            likes=_count("engagement.likes", engagement.likes) or 0,
            replies=_count("engagement.replies", engagement.replies) or 0,
            reposts=_count("engagement.reposts", engagement.reposts) or 0,
            views=_count("engagement.views", engagement.views),
        ),
        place=_optional("place", raw.place),
        rating=_rating(raw.rating),
        edited_at=edited_at,
        revision=int(edited_at * 1_000_000) if edited_at is not None else 0,
        demo=bool(raw.demo),
    )


def _read_deletion(raw: _Deletion, now: float) -> Deletion:
    return Deletion(_channel(raw.channel), _required("id", raw.id), _instant("deleted_at", raw.deleted_at, now))


def _author(raw: _Author, now: float) -> Author:
    return Author(
        id=_required("author.id", raw.id),
        handle=_optional("author.handle", raw.handle),
        name=_optional("author.name", raw.name),
        followers=_count("author.followers", raw.followers),
        verified=bool(raw.verified),
        url=_optional("author.url", raw.url),
        created_at=None if raw.created_at is None else _instant("author.created_at", raw.created_at, now),
    )


def _channel(text: str) -> str:
    channel = text.lower()
    if not _CHANNEL.fullmatch(channel):
        raise MentionError("channel", "A channel is a short name of a-z, 0-9, '.', '_' and '-', such as bluesky.")
    return channel


def _required(field: str, text: str) -> str:
    if not text.strip():
        raise MentionError(field, "This is empty; give the id the channel uses.")
    return _bounded(field, text, _LONGEST)


def _optional(field: str, text: str | None, longest: int = _LONGEST) -> str | None:
    return None if text is None else _bounded(field, text, longest)


def _bounded(field: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise MentionError(field, f"This has {len(text):,} characters; {longest:,} are allowed.")
    return text


def _count(field: str, number: int | None) -> int | None:
    if number is not None and not 0 <= number <= _HIGHEST:
        raise MentionError(field, f"{number} is no count; give a whole number from 0 to {_HIGHEST:,}.")
    return number


def _rating(number: float | None) -> float | None:
    if number is not None and abs(number) > _HIGHEST:
        raise MentionError("rating", "This is no rating; give a plain number such as 4.5.")
    return number


def _instant(field: str, text: str, now: float) -> float:
    instant = _rfc3339(text)
    if instant is None:
        raise MentionError(
            field, f"{text[:40]!r} is no RFC 3339 instant with an offset; write it like 2026-11-21T18:00:00Z."
        )
    if instant > now + AHEAD:
        raise MentionError(field, f"{text} lies in the future; check the sender's clock and offset.")
    if instant < EARLIEST:
        raise MentionError(field, f"{text} lies before 1990; check the sender's clock.")
    return instant


def _rfc3339(text: str) -> float | None:
    if not _INSTANT.fullmatch(text):
        return None
    leap = text[17:19] == "60"  # RFC 3339 allows leap seconds, Python does not
    try:
        return from_rfc3339(f"{text[:17]}59{text[19:]}".upper() if leap else text.upper())
    except (ValueError, OverflowError):
        return None


def _explain(message: str) -> Never:
    found = _AT.match(message)
    sentence, field = (found["sentence"], found["field"] or "") if found else (message, "")
    if missing := _MISSING.search(sentence):
        field = f"{field}.{missing[1]}" if field else missing[1]
        raise MentionError(field, "This field is required; add it.")
    raise MentionError(field or "line", f"{sentence.replace('`', '')}; correct its type.")


def write(mention: Mention, analysis: Analysis | None = None) -> dict[str, Any]:
    """Return a mention, and what we understood of it, in public form; `read` reads it again."""
    author, engagement = mention.author, mention.engagement
    written: dict[str, Any] = {
        "channel": mention.channel,
        "id": mention.id,
        "key": mention.key,
        "brands": list(brands_of(mention.brands)),
        "topics": [one for one in mention.brands if "/" in one],
        "published_at": rfc3339(mention.published_at),
        "kind": mention.kind,
        "text": mention.text,
        "url": mention.url,
        "language": mention.language or (analysis.language if analysis else None),
        "author": {
            "id": author.id,
            "handle": author.handle,
            "name": author.name,
            "followers": author.followers,
            "verified": author.verified,
            "url": author.url,
            "created_at": None if author.created_at is None else rfc3339(author.created_at),
        },
        "in_reply_to": mention.in_reply_to,
        "quotes": mention.quotes,
        "engagement": {
            "likes": engagement.likes,
            "replies": engagement.replies,
            "reposts": engagement.reposts,
            "views": engagement.views,
        },
        "place": mention.place,
        "rating": mention.rating,
        "edited_at": None if mention.edited_at is None else rfc3339(mention.edited_at),
        "source": mention.source,
        "demo": mention.demo,
    }
    if analysis:
        written |= _findings(analysis)
    return written


def _findings(analysis: Analysis) -> dict[str, Any]:
    sentiment = analysis.sentiment
    return {
        "sentiment": {
            "label": sentiment.label,
            "negative": sentiment.negative,
            "neutral": sentiment.neutral,
            "positive": sentiment.positive,
            "evidence": [_span(span) for span in sentiment.evidence],
        },
        "intents": [
            {"label": intent.label, "score": intent.score, "evidence": [_span(span) for span in intent.evidence]}
            for intent in analysis.intents
        ],
        "terms": list(analysis.terms),
        "corrected": list(analysis.corrected),
        "model": analysis.model,
    }


UNKNOWN: dict[str, Any] = {"sentiment": None, "intents": [], "terms": [], "corrected": [], "model": ""}
"""What stands in the place of findings where nothing was analysed."""


def _span(span: Evidence) -> dict[str, Any]:
    return {"text": span.text, "start": span.start, "end": span.end, "weight": span.weight}
