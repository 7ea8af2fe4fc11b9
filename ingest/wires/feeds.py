"""Feeds: RSS, Atom, CDF and JSON Feed, of articles or of comments, read into mentions; any bytes are legal input."""

import calendar
import io
import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import feedparser
import msgspec
from msgspec.structs import replace

from app.domain.mention import Author, Deletion, Engagement, Mention
from app.domain.wire import EARLIEST
from ingest.markup import text_of
from ingest.sound import unsound
from ingest.wires import hints, jsonfeed, page
from ingest.wires.body import TAGS, bounded, unpacked
from ingest.wires.tombstone import tombstones

CHANNEL = "feeds"
ENTRIES = 5_000
"""Entries of a feed that are read."""

AHEAD = 300.0
"""Seconds a date may lie in the future and still be a date."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}")


class Source(msgspec.Struct, frozen=True):
    """Where a feed comes from."""

    address: str
    """As configured: ids that hold only within their feed are named after it, so it never changes."""
    found: str = ""
    """Where it was found in the end; relative links start there."""
    comments: bool = False
    """Whether its entries are comments."""
    parent: str = ""
    """The id of the article that they all comment on, if it is one."""


class Item(msgspec.Struct, frozen=True):
    """One entry."""

    mention: Mention
    dated: bool = True
    """Whether the feed says when it was published; else `published_at` is when it was read."""
    comments: str = ""
    """Where the feed of its comments is."""


class Feed(msgspec.Struct, frozen=True):
    """What a feed says; `form` is empty if the bytes are none."""

    form: str = ""
    title: str = ""
    items: tuple[Item, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    every: float = 0.0
    """Seconds between two looks that the feed asks for (ttl, sy:updatePeriod); 0: it says nothing."""
    hours: frozenset[int] = frozenset()
    """Hours of the day (UTC) in which it does not want to be asked."""
    days: frozenset[int] = frozenset()
    """Days of the week, Monday 0, in which it does not want to be asked."""
    comments: str = ""
    """Where a feed of all comments of the site is likely."""
    received: int = 0
    unreadable: int = 0
    fault: str = ""


NONE = Feed(received=1, unreadable=1, fault="no feed")


def read(body: bytes, source: Source, now: float, headers: Mapping[str, str] | None = None) -> Feed:
    """Return what a feed says; `headers` are those of the answer. Never raises."""
    whole = unpacked(body)
    body = whole if jsonfeed.likely(whole) else bounded(whole)
    if jsonfeed.likely(body):
        document = jsonfeed.parsed(body)
        return _gathered(document, body, source, now) if document["version"] else NONE
    if page.likely(body, ""):
        return NONE  # feedparser would take its time to find out
    told = {key.lower(): value for key, value in (headers or {}).items()}
    told.setdefault("content-location", source.found or source.address)
    try:
        parsed = feedparser.parse(
            io.BytesIO(body), response_headers=told, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # noqa: BLE001 - whatever a parser of broken markup stumbles over, the feed is at fault
        return Feed(received=1, unreadable=1, fault=f"a feed that stops the parser ({type(error).__name__})")
    if not parsed.get("version") and not parsed.entries:
        return NONE
    feed = _gathered(parsed, body, source, now)
    if len(body) < len(whole):
        cut = f"a feed of more than {TAGS:,} tags, whose rest is not read"
        return replace(feed, received=feed.received + 1, unreadable=feed.unreadable + 1, fault=feed.fault or cut)
    return feed


def _gathered(parsed: Mapping[str, Any], body: bytes, source: Source, now: float) -> Feed:
    items: dict[str, Item] = {}
    unreadable, fault = 0, ""
    entries = parsed["entries"][:ENTRIES]
    for entry in entries:
        try:
            item = _item(entry, parsed["feed"], source, now)
            wrong = unsound(item.mention) or ("" if item.mention.text else "an entry that says nothing")
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError) as error:
            wrong = f"an entry that cannot be read ({type(error).__name__})"
        if wrong:
            unreadable, fault = unreadable + 1, fault or wrong
            continue
        items.setdefault(item.mention.id, item)
    return Feed(
        form=str(parsed.get("version") or "unknown"),
        title=_plain(parsed["feed"].get("title")),
        items=tuple(items.values()),
        deletions=tuple(_deletions(body, source, now)),
        every=hints.pause(parsed["feed"]),
        hours=hints.hours(body),
        days=hints.days(body),
        comments=_site_comments(parsed["feed"], source),
        received=len(entries),
        unreadable=unreadable,
        fault=fault,
    )


def _item(entry: Mapping[str, Any], feed: Mapping[str, Any], source: Source, now: float) -> Item:
    url = _address(entry.get("link"), source)
    title, text = _said(entry.get("title_detail")), _content(entry)
    repeats = not title or text.startswith(title.rstrip("…. ")) or (source.comments and text)
    whole = text if repeats else f"{title}\n\n{text}".strip()  # titles of comments are made of the article's
    name = _identity(entry, url, whole, source)
    published, updated = _instant(entry, "published", now), _instant(entry, "updated", now)
    at = published or updated or now
    edited = updated if updated and published and updated > published else None
    mention = Mention(
        channel=CHANNEL,
        id=name,
        published_at=at,
        text=whole,
        author=_author(entry, feed, source),
        kind="comment" if source.comments else "article",
        url=url,
        language=_language((entry.get("title_detail") or {}).get("language") or feed.get("language")),
        in_reply_to=_parent(entry, name, url, source),
        engagement=Engagement(replies=hints.count(entry.get("slash_comments") or entry.get("thr_total"))),
        edited_at=edited,
        revision=int(edited * 1_000_000) if edited else 0,
    )
    return Item(mention, bool(published or updated), _comments(entry, source))


def _identity(entry: Mapping[str, Any], url: str | None, text: str, source: Source) -> str:
    """Return the entry's id: its own if it holds everywhere, else within the feed; else its address or a digest."""
    own = str(entry.get("id") or "").strip()
    if own and (":" in own and urlsplit(own).scheme):
        return own
    if own:
        return f"{source.address}#{own}"
    if url:
        return url
    return f"{source.address}#{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}{len(text):x}"


def _parent(entry: Mapping[str, Any], name: str, url: str | None, source: Source) -> str | None:
    """Return what a comment answers: as threading says, or the article that its feed, id or address belongs to."""
    thread = entry.get("thr_in-reply-to")
    if isinstance(thread, dict) and thread.get("ref"):
        return str(thread["ref"])
    if not source.comments:
        return None
    if source.parent:
        return source.parent
    if "#comment-" in name:
        return name.partition("#comment-")[0]
    return urldefrag(url).url if url else None


def _content(entry: Mapping[str, Any]) -> str:
    for detail in entry.get("content") or ():
        if text := _said(detail):
            return text
    return _said(entry.get("summary_detail"))


def _said(detail: Any) -> str:
    """Return the text of a construct of feedparser: markup read as markup, plain text left alone."""
    if not isinstance(detail, dict):
        return ""
    value = str(detail.get("value") or "")
    return value.strip() if detail.get("type") == "text/plain" else text_of(value)


def _plain(value: Any) -> str:
    return " ".join(text_of(str(value or "")).split())[:200]


def _author(entry: Mapping[str, Any], feed: Mapping[str, Any], source: Source) -> Author:
    """Return who wrote it; ids hold within the site. Mail addresses are not kept."""
    host = urlsplit(source.address).hostname or source.address
    detail = entry.get("author_detail") or {}
    name = _plain(detail.get("name") or ("" if "@" in str(entry.get("author")) else entry.get("author")))
    page = _address(detail.get("href"), source)
    shown = name or _plain((feed.get("author_detail") or {}).get("name")) or _plain(feed.get("title")) or host
    return Author(f"{host}/{name}" if name else host, name=shown, url=page)


def _address(said: Any, source: Source) -> str | None:
    """Return an absolute http address, or None."""
    try:
        url = urljoin(source.found or source.address, str(said).strip()) if said else ""
        return url if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname else None
    except ValueError:
        return None


def _comments(entry: Mapping[str, Any], source: Source) -> str:
    if source.comments:
        return ""
    linked = [
        link.get("href")
        for link in entry.get("links") or ()
        if link.get("rel") == "replies" and "xml" in str(link.get("type") or "")
    ]
    return _address(entry.get("wfw_commentrss") or next(iter(linked), None), source) or ""


def _site_comments(feed: Mapping[str, Any], source: Source) -> str:
    """Return where WordPress has the feed of all comments: beside that of the articles."""
    home = _address(feed.get("link"), source)
    if source.comments or not home or "wordpress.org" not in str(feed.get("generator") or ""):
        return ""
    return home.rstrip("/") + "/comments/feed/"


def _instant(entry: Mapping[str, Any], field: str, now: float) -> float | None:
    """Return a date of an entry, None if there is none or it cannot be one: before 1990, or ahead of us."""
    key = f"{field}_parsed"
    said = entry[key] if key in entry else None  # noqa: SIM401 - feedparser's `get` takes one date for the other
    if said is None:
        return None
    at = float(said) if isinstance(said, float) else float(calendar.timegm(said))
    return at if EARLIEST <= at <= now + AHEAD else None


def _language(said: Any) -> str | None:
    return said if isinstance(said, str) and _LANGUAGE.fullmatch(said) else None


def _deletions(body: bytes, source: Source, now: float) -> list[Deletion]:
    gone = (
        Deletion(CHANNEL, _identity({"id": name}, None, "", source), min(at or now, now))
        for name, at in tombstones(body)
    )
    return [deletion for deletion in gone if not unsound(deletion)]
