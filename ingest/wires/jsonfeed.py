"""JSON Feed 1 and 1.1 (jsonfeed.org), told in the words of feedparser, so that one reader serves all feeds."""

import json
from typing import Any

from app.domain.instant import from_rfc3339


def likely(body: bytes) -> bool:
    """Tell whether bytes begin like a JSON document."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def parsed(body: bytes) -> dict[str, Any]:
    """Return `{version, feed, entries}`; without a version it is no feed."""
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return {"version": "", "feed": {}, "entries": []}
    known = isinstance(data, dict) and "jsonfeed.org" in str(data.get("version"))
    items = data.get("items") if known else None
    if not isinstance(items, list):
        return {"version": "", "feed": {}, "entries": []}
    feed = {"title": data.get("title"), "language": _text(data.get("language")), **_author(data)}
    return {"version": "json1", "feed": feed, "entries": [_entry(item) for item in items]}


def _entry(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        return {}
    title = {"value": item.get("title"), "type": "text/plain", "language": _text(item.get("language"))}
    html, plain = item.get("content_html"), item.get("content_text")
    return {
        "id": item.get("id"),
        "link": item.get("url") or item.get("external_url"),
        "title_detail": title,
        "content": [{"value": html, "type": "text/html"}, {"value": plain, "type": "text/plain"}],
        "summary_detail": {"value": item.get("summary"), "type": "text/plain"},
        "published_parsed": _instant(item.get("date_published")),
        "updated_parsed": _instant(item.get("date_modified")),
        **_author(item),
    }


def _author(data: dict[str, Any]) -> dict[str, Any]:
    """Return the first author, written either way (1.1 `authors`, 1.0 `author`)."""
    several = data.get("authors")
    first = several[0] if isinstance(several, list) and several else data.get("author")
    if not isinstance(first, dict):
        return {}
    return {"author_detail": {"name": _text(first.get("name")), "href": _text(first.get("url"))}}


def _text(said: Any) -> str | None:
    return said if isinstance(said, str) else None


def _instant(said: Any) -> float | None:
    try:
        return from_rfc3339(said) if isinstance(said, str) else None
    except (ValueError, OverflowError):
        return None
