"""Markup: what channels send as HTML, as the text a person reads."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_TITLES = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _TITLES | {"p", "div", "li", "ul", "ol", "blockquote", "pre", "tr", "table", "section", "article", "header"}
_HIDDEN = frozenset(
    ("script", "style", "template", "noscript", "iframe", "object", "svg", "head", "title", "textarea", "select")
)
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_AROUND_BREAK = re.compile(r" ?\n ?")
_BREAKS = re.compile(r"\n{3,}")


def text_of(html: str) -> str:
    """Return the text of a piece of HTML: paragraphs and line breaks become new lines, scripts and styles vanish.

    Any text is legal input; broken markup is read as a browser would. Pictures give their alternative text, and what
    Mastodon hides of long links (`class="invisible"`) is left out.
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    body = LexborHTMLParser(html).body
    parts: list[str] = []
    if body is not None:
        _collect(body, parts)
    text = _AROUND_BREAK.sub("\n", _BLANKS.sub(" ", "".join(parts)))
    return _BREAKS.sub("\n\n", text).strip()


def _collect(root: LexborNode, parts: list[str]) -> None:
    """Walk the tree without recursion: markup may be nested deeper than Python's stack."""
    waiting: list[LexborNode | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        name = node.tag or ""
        if name == "-text":
            parts.append(node.text_content or "")
            continue
        if name in _HIDDEN or name.startswith("-") or "invisible" in (node.attributes.get("class") or "").split():
            continue
        if name == "br":
            parts.append("\n")
        elif name == "img" and (said := node.attributes.get("alt")):
            parts.append(said)
        if name in _BLOCKS:
            parts.append("\n")
            waiting.append("\n")
        children = []
        child = node.child
        while child is not None:
            children.append(child)
            child = child.next
        waiting += reversed(children)
