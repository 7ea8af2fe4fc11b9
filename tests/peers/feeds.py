"""A site of our own with feeds: ETag, Last-Modified, 304, 410, redirects, slow bytes, wrong encodings, gzip.

Conditional requests by RFC 9110, 13; Retry-After by 10.2.3; redirects by 15.4.
"""

import asyncio
import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import blake2b
from html import escape
from typing import Any

from aiohttp import web

from tests.peers.peer import Peer


@dataclass
class Page:
    """What stands at one path; `drip` bytes a moment, if it is slow."""

    body: bytes = b""
    kind: str = "application/rss+xml; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    conditional: bool = True
    drip: int = 0
    packed: bool = False


class FeedSite(Peer):
    """Serves `pages` by path, each with its validators."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, Page] = {}
        self.changed = 1_795_000_000.0

    def put(self, path: str, body: str | bytes, **rest: Any) -> Page:
        """Put something at a path."""
        page = Page(body if isinstance(body, bytes) else body.encode(), **rest)
        self.pages[path] = page
        self.changed += 1
        return page

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer with the page, or 304 if the client has it, or 404."""
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404, text="nothing here")
        headers = {"Content-Type": page.kind, **page.headers}
        if page.conditional and page.status == 200:
            etag = f'"{blake2b(page.body, digest_size=6).hexdigest()}"'
            headers |= {"ETag": etag, "Last-Modified": formatdate(self.changed, usegmt=True)}
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers={"ETag": etag})
        if page.drip:
            return await self._dripped(request, page, headers)
        body = page.body
        if page.packed:
            body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
        return web.Response(status=page.status, body=body, headers=headers)

    async def _dripped(self, request: web.Request, page: Page, headers: dict[str, str]) -> web.StreamResponse:
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(request)
        for start in range(0, len(page.body), page.drip):
            await answer.write(page.body[start : start + page.drip])
            await asyncio.sleep(0)
        await answer.write_eof()
        return answer


def rss(items: Sequence[dict[str, Any]], extra: str = "") -> str:
    """Return an RSS feed; an item may hold guid, title, text, at, link, author, comments (feed) and replies (count)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel><title>Site</title><link>https://site.example/</link>{extra}"
        f"{''.join(map(_item, items))}</channel></rss>"
    )


def _item(item: dict[str, Any]) -> str:
    tags = {"title": "title", "text": "description", "link": "link", "author": "author"}
    said = [f"<{tag}>{escape(str(item[key]))}</{tag}>" for key, tag in tags.items() if key in item]
    if "guid" in item:
        said.append(f'<guid isPermaLink="false">{escape(str(item["guid"]))}</guid>')
    if "at" in item:
        said.append(f"<pubDate>{formatdate(item['at'], usegmt=True)}</pubDate>")
    if "comments" in item:
        said.append(f"<wfw:commentRss>{item['comments']}</wfw:commentRss>")
    if "replies" in item:
        said.append(f"<slash:comments>{item['replies']}</slash:comments>")
    return f"<item>{''.join(said)}</item>"
