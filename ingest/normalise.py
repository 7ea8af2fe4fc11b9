"""Normalising: whatever a channel hands over becomes text a screen, a database and a matcher can rely on."""

import html
import re
import unicodedata
from urllib.parse import urlsplit

from msgspec.structs import replace

from app.domain.mention import KINDS, Author, Engagement, Mention

_ENTITY = re.compile(r"&(?:amp;)*(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")

_LONGEST_TEXT = 100_000
_LONGEST_NAME = 300
_LONGEST_TAG = 35
_LONGEST_URL = 2_048
_HIGHEST = 10**12


def normalise(mention: Mention, source: str, now: float, *, key: str = "", demo: bool = False) -> Mention:
    """Return the mention with clean, bounded fields, its source, key and arrival; nothing is later than `now`."""
    return replace(
        mention,
        published_at=min(mention.published_at, now),
        text=clean(mention.text),
        author=sane_author(mention.author),
        kind=mention.kind if mention.kind in KINDS else "post",
        url=sane_url(mention.url),
        language=_tag(mention.language),
        engagement=_engagement(mention.engagement),
        place=_label(mention.place),
        edited_at=None if mention.edited_at is None else min(mention.edited_at, now),
        source=source,
        demo=demo or mention.demo,
        received_at=now,
        key=key,
    )


def clean(text: str) -> str:
    """Return trimmed text in NFC without control characters, bidi overrides and (double-)escaped HTML entities."""
    if "&" in text and ";" in text:
        text = _ENTITY.sub(_unescape, text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text[:_LONGEST_TEXT])).strip()


def _unescape(entity: re.Match[str]) -> str:
    while (text := html.unescape(entity[0])) != entity[0]:
        if not (again := _ENTITY.fullmatch(text)):
            return text
        entity = again
    return text


def sane_url(url: str | None) -> str | None:
    """Return the address if a screen may link to it (http or https, a host, no blanks), else None."""
    if url is None or len(url) > _LONGEST_URL or _BLANKS.search(url) or _CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def sane_author(author: Author) -> Author:
    """Return the author with clean, bounded names and numbers."""
    return Author(
        id=author.id,
        handle=_label(author.handle),
        name=_label(author.name),
        followers=_count(author.followers),
        verified=author.verified,
        url=sane_url(author.url),
        created_at=author.created_at,
    )


def _tag(language: str | None) -> str | None:
    """Return a language tag; None if it is too long to be one (BCP 47, 4.4.1)."""
    label = _label(language)
    return label if label and len(label) <= _LONGEST_TAG else None


def _label(text: str | None) -> str | None:
    """Return a short text on one line; None if nothing is left of it."""
    if text is None:
        return None
    return _BLANKS.sub(" ", clean(text))[:_LONGEST_NAME].strip() or None


def _engagement(engagement: Engagement) -> Engagement:
    if engagement == _NONE:
        return _NONE
    return Engagement(
        likes=_count(engagement.likes) or 0,
        replies=_count(engagement.replies) or 0,
        reposts=_count(engagement.reposts) or 0,
        views=_count(engagement.views),
    )


_NONE = Engagement()


def _count(number: int | None) -> int | None:
    return None if number is None else max(0, min(number, _HIGHEST))
