"""A letter's text: what its author wrote, without what it quotes, its signature and its legal footer.

The marks of quotations are those of common mail programs in English and German; RFC 3676 for `format=flowed` and the
signature's separator.
"""

import re

from selectolax.lexbor import LexborHTMLParser

from ingest.markup import text_of

_QUOTED = (
    "blockquote[type=cite], .gmail_quote, .yahoo_quoted, .moz-cite-prefix, .moz-signature, .gmail_signature, "
    "#appendonsend, #Signature, .protonmail_quote"
)
_SEPARATOR = re.compile(r"^-- ?$")
_ORIGINAL = re.compile(
    r"^[-_ ]{2,}\s*(original message|original-?nachricht|urspr\S{1,3}ngliche (nachricht|e-?mail))\s*[-_ ]{2,}$",
    re.IGNORECASE,
)
_SENDER = re.compile(r"^\W{0,3}(from|von)\W{0,3}:\W{0,3}\s*\S", re.IGNORECASE)
_REST = re.compile(r"^\W{0,3}(sent|date|gesendet|datum|to|an|subject|betreff)\W{0,3}:", re.IGNORECASE)
_ATTRIBUTION = re.compile(
    r"^(on|am|le|den)\s.{4,250}?(wrote|schrieb(\s.{0,120})?|a écrit)\s*:\s*$", re.IGNORECASE | re.DOTALL
)
_BREAKS = re.compile(r"\n{3,}")
LONGEST = 200_000
"""Characters that are looked at."""


def from_html(html: str) -> str:
    """Return the text of a letter in HTML, without what it marks as quoted."""
    tree = LexborHTMLParser(html[:LONGEST])
    for node in tree.css(_QUOTED):
        node.decompose()
    kept = text_of(tree.html or "")
    return kept or text_of(html[:LONGEST])


def unflowed(text: str, *, delete_space: bool) -> str:
    """Return text of `format=flowed` with its soft line breaks undone (RFC 3676, 4)."""
    lines: list[str] = []
    soft = False
    for raw in text.split("\n"):
        line = raw.removesuffix("\r")
        quoted = line.startswith(">")
        shown = line.removeprefix(" ")
        if soft and not quoted and lines:
            lines[-1] += shown
        else:
            lines.append(shown)
        soft = line.endswith(" ") and line != "-- " and not quoted
        if soft and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def said(text: str) -> str:
    """Return what the author wrote; a letter of nothing but quotations is left as it is."""
    lines = [line.rstrip("\r\t ") if not _SEPARATOR.match(line) else "--" for line in text[:LONGEST].split("\n")]
    own = _unquoted(lines[: _end(lines)])
    kept = _BREAKS.sub("\n\n", "\n".join(own)).strip()
    return kept or _BREAKS.sub("\n\n", "\n".join(lines)).strip()


def _end(lines: list[str]) -> int:
    """Return where the letter ends and its signature or an earlier letter begins."""
    spoken = False
    for number, line in enumerate(lines):
        if spoken and (line == "--" or _ORIGINAL.match(line.strip()) or _headed(lines, number)):
            return number
        spoken = spoken or bool(line.strip())
    return len(lines)


def _headed(lines: list[str], number: int) -> bool:
    """Tell whether the head of an earlier letter stands here: sender, then two more of its lines."""
    if not _SENDER.match(lines[number]):
        return False
    return sum(1 for line in lines[number + 1 : number + 7] if _REST.match(line)) > 1


def _unquoted(lines: list[str]) -> list[str]:
    own: list[str] = []
    for line in lines:
        if not line.lstrip().startswith(">"):
            own.append(line)
            continue
        _drop_attribution(own)
    _drop_attribution(own)
    return own


def _drop_attribution(own: list[str]) -> None:
    """Take away the line, or the two or three, that say who wrote what is quoted next."""
    end = len(own)
    while end and not own[end - 1].strip():
        end -= 1
    for count in (1, 2, 3):
        if 0 < count <= end and _ATTRIBUTION.match("\n".join(own[end - count : end]).strip()):
            del own[end - count :]
            return
