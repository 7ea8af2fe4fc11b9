"""A page in HTML, as far as it says where its feeds are (RSS Board, "RSS Autodiscovery")."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

TYPES: Final = ("application/atom+xml", "application/rss+xml", "application/feed+json", "application/rdf+xml")
PLACES: Final = (
    *("feed/", "rss.xml", "atom.xml", "feed.xml", "index.xml", "feed.json", "rss", "feeds/posts/default"),
    *("/feed/", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml"),
)
"""Where a feed often is that no page names; the ones beside the page come first."""

LINKS = 10


class Links(msgspec.Struct, frozen=True):
    """The feeds a page names, in its order."""

    articles: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


def likely(body: bytes, kind: str) -> bool:
    """Tell whether an answer is a page: by its first bytes, or by what the server calls it."""
    start = body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html")) or "html" in kind.lower()


def links(body: bytes, url: str) -> Links:
    """Return the feeds that a page at `url` names; any bytes are legal input."""
    tree = LexborHTMLParser(body)
    base = tree.css_first("base[href]")
    start = _joined(url, base.attributes.get("href") if base is not None else "") or url
    articles: list[str] = []
    comments: list[str] = []
    for node in tree.css("link[href]"):
        address = _joined(start, node.attributes.get("href"))
        if not address or not _names_feed(node):
            continue
        said = f"{node.attributes.get('title') or ''} {urlsplit(address).path}".lower()
        (comments if "comment" in said or "kommentar" in said else articles).append(address)
    return Links(tuple(dict.fromkeys(articles))[:LINKS], tuple(dict.fromkeys(comments))[:LINKS])


def guesses(url: str) -> tuple[str, ...]:
    """Return where the feed of a page may be that names none."""
    beside = url if url.endswith("/") else url + "/"
    return tuple(dict.fromkeys(found for place in PLACES if (found := _joined(beside, place))))


def may_name(url: str, start: str) -> bool:
    """Tell whether a site at `start` may send us to an address: not into a private network that is not its own."""
    try:
        host, own = urlsplit(url).hostname or "", urlsplit(start).hostname or ""
    except ValueError:
        return False
    if host == own:
        return bool(host)
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host  # a name; one without a dot is of the network we are in


def _names_feed(node: LexborNode) -> bool:
    relations = (node.attributes.get("rel") or "").lower().split()
    kind = (node.attributes.get("type") or "").lower().partition(";")[0].strip()
    return ("alternate" in relations or "feed" in relations) and (kind in TYPES or "feed" in relations)


def _joined(start: str, said: str | None) -> str | None:
    try:
        url = urljoin(start, (said or "").strip())
        return url if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname else None
    except ValueError:
        return None
