"""The small language cues are written in, and what it becomes: words to look for first, and a regular expression.

A cue is words in folded spelling, one after the other; between them stand blanks and commas, never the end of a
sentence.

| written | means |
|---|---|
| `wort*`, `*wort` | a word that begins, ends like this |
| `#` | a number in digits |
| `(a|b c|d)` | one of these |
| `[a|b]` | one of these, or nothing |
| `..`, `...` | up to 4, up to 10 words of the same sentence |
| `<name>` | a word of the class of this name |
| `^`, `$` | here begins, ends a clause |
| `?` (last) | the sentence ends with a question mark |
| `-word` (last) | but `word` does not follow |
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ingest.intents.spelling import folded

_APART = r"[ |]{1,3}"
CLAUSE = r"(?:(?<=[|.?] )|(?<=[|.?]))"
"""Here begins a clause."""
_CLOSED = r"(?= ?[|.?])"
ASKED = r"(?=[^.?]{0,240}\?)"
"""The sentence ends with a question mark."""
_GAPS = {"..": 4, "...": 10}
_TOKEN = re.compile(r"\.{2,3}|[()\[\]|^$?]|<\w+>|#|-?[\w*']+(?:-[\w*]+)*")


class BadCue(ValueError):
    """A cue that cannot be read; says which and why."""


class Pattern(NamedTuple):
    """One way a cue may be worded.

    A text that holds it holds one of `anchors` (words with the blanks around them). `regex` finds it, "" where the
    anchor is all of it; `leads` says that the anchor is where it begins.
    """

    regex: str
    anchors: frozenset[str]
    leads: bool


class _Item(NamedTuple):
    """A sign of the language: a `word`, `number`, `gap` or `end` with its text, a `choice` or `maybe` with branches."""

    kind: str
    text: str = ""
    branches: tuple["tuple[_Item, ...]", ...] = ()


def compiled(cue: str, classes: Mapping[str, str] | None = None) -> list[Pattern]:
    """Compile one cue; `classes` gives for each name its words, apart by blanks.

    Raises `BadCue` where brackets do not close, a class is unknown or no word is certain.
    """
    tokens = _TOKEN.findall(folded(cue))
    if "".join(tokens) != "".join(folded(cue).split()):
        raise BadCue(f"the cue `{cue}` holds a sign that means nothing")
    clause = tokens[:1] == ["^"]
    reader = _Reader(cue, tokens[clause:], {name: words.split() for name, words in (classes or {}).items()})
    patterns = [_pattern(items, clause=clause) for items in _variants(tuple(reader.sequence("")))]
    if not patterns or not all(pattern.anchors for pattern in patterns):
        raise BadCue(f"the cue `{cue}` needs a word that is always there")
    return patterns


class _Reader:
    """Reads the tokens of one cue from left to right."""

    def __init__(self, cue: str, tokens: list[str], classes: Mapping[str, list[str]]) -> None:
        self._cue, self._tokens, self._classes, self._at = cue, tokens, classes, 0

    def sequence(self, until: str) -> Iterator[_Item]:
        stops = {until, "|"} if until else set[str]()
        while self._at < len(self._tokens) and (token := self._tokens[self._at]) not in stops:
            self._at += 1
            yield self._item(token)

    def _item(self, sign: str) -> _Item:
        if sign in {"(", "["}:
            return self._choice({"(": ")", "[": "]"}[sign])
        if sign in {")", "]", "|", "^"}:
            raise BadCue(f"the cue `{self._cue}` has a {sign} too many")
        if sign in _GAPS:
            return _Item("gap", rf"(?:[\w'\-]+{_APART}){{0,{_GAPS[sign]}}}?")
        if sign.startswith("<"):
            if not (words := self._classes.get(sign[1:-1])):
                raise BadCue(f"the cue `{self._cue}` names the class {sign}, which nobody defines")
            return _Item("choice", branches=tuple((_word(folded(word)),) for word in words))
        if sign in {"?", "$"}:
            return _Item("end", ASKED if sign == "?" else _CLOSED)
        if sign.startswith("-"):
            return _Item("end", f"(?!{_APART}{_regex(_word(sign[1:]))})")
        return _word(sign)

    def _choice(self, close: str) -> _Item:
        branches: list[tuple[_Item, ...]] = []
        while True:
            items = tuple(self.sequence(close))
            if self._at >= len(self._tokens) or not items:
                raise BadCue(f"the cue `{self._cue}` does not close a bracket, or leaves it empty")
            branches.append(items)
            self._at += 1
            if self._tokens[self._at - 1] == close:
                return _Item("choice" if close == ")" else "maybe", branches=tuple(branches))


def _word(sign: str) -> _Item:
    return _Item("number") if sign == "#" else _Item("word", sign)


def _variants(items: tuple[_Item, ...]) -> Iterator[tuple[_Item, ...]]:
    """Yield wordings that begin with a certain word; a lone choice is as many wordings as it has branches."""
    while items and items[-1].kind == "gap":
        items = items[:-1]
    if items and items[0].kind == "maybe":
        yield from _variants((_Item("choice", branches=items[0].branches), *items[1:]))
        yield from _variants(items[1:])
    elif len(items) == 1 and items[0].kind == "choice":
        for branch in items[0].branches:
            yield from _variants(branch)
    elif items:
        yield items


def _pattern(items: tuple[_Item, ...], *, clause: bool) -> Pattern:
    plain = all(item.kind == "word" and "*" not in item.text.strip("*") for item in items)
    inner = "*" in " ".join(item.text for item in items).strip("*")
    if plain and not inner and not clause:
        return Pattern("", _spelled(" ".join(item.text for item in items)), leads=True)
    certain = [n for n, item in enumerate(items) if _anchors(item)]
    best = min(certain, key=lambda n: (clause and n > 0, _price(_anchors(items[n]))), default=0)
    anchors = _anchors(items[best]) if certain else frozenset[str]()
    leads = best == 0 and all(anchor.startswith(" ") for anchor in anchors)
    return Pattern((CLAUSE if clause else r"(?<!\w)") + _joined(items), anchors, leads)


def _price(anchors: frozenset[str]) -> float:
    """Estimate how often a text holds one of the anchors: the longer a word, the rarer."""
    return sum(2.0 ** -len(anchor) for anchor in anchors)


def _anchors(item: _Item) -> frozenset[str]:
    if item.kind == "word":
        return _spelled(item.text)
    if item.kind != "choice":
        return frozenset()
    best = [
        min((_anchors(one) for one in branch if _anchors(one)), key=_price, default=None) for branch in item.branches
    ]
    if None in best:
        return frozenset()
    first = [_anchors(branch[0]) for branch in item.branches]
    return frozenset().union(*(first if all(first) else [one for one in best if one]))


def _spelled(words: str) -> frozenset[str]:
    """Return the spellings of plain words with the blanks that bound them."""
    bare = words.strip("*")
    begin, end = "" if words.startswith("*") else " ", "" if words.endswith("*") else " "
    return frozenset(f"{begin}{spelling}{end}" for spelling in (bare, bare.replace("'", "")))


def _regex(item: _Item) -> str:
    if item.kind == "number":
        return r"\d[\d]*(?:[.|]\d+)*(?!\w)"
    if item.kind in {"choice", "maybe"}:
        return f"(?:{'|'.join(_joined(branch) for branch in item.branches)})"
    if item.kind != "word":
        return item.text
    token = item.text
    inside = re.escape(token.strip("*")).replace("'", "'?").replace(r"\*", r"\w*")
    return (r"\w*" if token.startswith("*") else "") + inside + (r"[\w'\-]*" if token.endswith("*") else r"(?!\w)")


def _joined(items: tuple[_Item, ...]) -> str:
    """Put what stands between words between them."""
    words = [n for n, item in enumerate(items) if item.kind in {"word", "number", "choice"}]
    last = words[-1] if words else -1
    regex = ""
    for n, item in enumerate(items):
        if item.kind == "maybe":
            regex += f"(?:{_regex(item)}{_APART})?" if n < last else f"(?:{_APART}{_regex(item)})?"
        elif item.kind in {"gap", "end"}:
            regex += item.text
        else:
            regex += _regex(item) + (_APART if n < last else "")
    return regex
