"""The sentences on why a source is silent, or what came of a message, said again in the screen's language.

English is the contract of `SourceState.reason` and of proofs: the English catalogue under `reason` is the pattern by
which a sentence is recognised, the other language says it with the same parts.
"""

import re
from functools import cache
from string import Formatter

from app.domain.wall import Language
from dashboard.i18n import Words, catalogue, words
from dashboard.panel import Node

PREFIX = "reason."
ADDRESS = "The address"
SHAPES = {
    "host": rf"{ADDRESS}|\S+?",
    "status": r"\d{3}",
    "figure": r"\d[\d,]*",
    "all": r"\d+",
    "size": r"\d+\.\d",
    "variable": r"[A-Z0-9_]+",
    "secret": r"\w+",
    "kind": r"\w+",
    "actor": r"\S+",
    "url": r"\S+?",
    "why": r"[^()]{1,120}",
    "detail": r"[^\n]+?",
    "rest": r".+",
}
"""What a part looks like; all others are as short as they can be."""

_END = re.compile(r"(?<=[.!?])\s+")


def retold(reason: str, say: Words) -> tuple[Node, ...]:
    """Return an English reason in the language of `say`; what is not known stays as it is, marked as English."""
    nodes: list[Node] = []
    for text, known in _pieces(reason.strip(), say):
        nodes += [" "] if nodes else []
        nodes.append(text if known else ("span", {"lang": "en"}, text))
    return tuple(nodes)


def retold_plainly(reason: str, language: Language) -> str:
    """Return an English reason in a language as plain text; what is not known stays as it is."""
    return " ".join(text for text, _ in _pieces(reason.strip(), words(language, "UTC")))


def _pieces(reason: str, say: Words) -> list[tuple[str, bool]]:
    """Take sentence after sentence off the front; True: said in the language of the screen."""
    found: list[tuple[str, bool]] = []
    while reason:
        told, rest = _known(reason, say)
        if told is None:
            sentence, *more = _END.split(reason, maxsplit=1)
            text, rest, known = sentence, more[0] if more else "", False
            if found and not found[-1][1]:
                text = f"{found.pop()[0]} {text}"
            found.append((text, known))
        else:
            found += told
        reason = rest
    return found


def _known(reason: str, say: Words) -> tuple[list[tuple[str, bool]] | None, str]:
    for key, pattern in _patterns():
        if match := pattern.match(reason):
            return _said(key, match.groupdict(), say), reason[match.end() :].strip()
    return None, reason


def _said(key: str, parts: dict[str, str], say: Words) -> list[tuple[str, bool]]:
    """Say a sentence with its parts; a `rest` holds sentences of its own."""
    parts = {name: _part(name, value, say) for name, value in parts.items()}
    rest = parts.pop("rest", None)
    if rest is None:
        return [(say.say(key, **parts), True)]
    before, after = say.say(key, rest="\n", **parts).split("\n")
    ends = [(one.strip(), True) for one in (before, after)]
    return [piece for piece in (ends[0], *_pieces(rest.strip(), say), ends[1]) if piece[0]]


def _part(name: str, value: str, say: Words) -> str:
    if name == "figure":
        return say.number(int(value.replace(",", "")))
    if name == "size":
        return say.number(float(value), 1)
    return say.say("reason.the_address") if value == ADDRESS else value


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return key and pattern of every sentence, those that say most by themselves first."""
    known = {key: text for key, text in catalogue("en").items() if key.startswith(PREFIX) and text != ADDRESS}
    order = sorted(known.items(), key=lambda one: -sum(len(words) for words, *_ in Formatter().parse(one[1])))
    return tuple((key, _pattern(text)) for key, text in order)


def _pattern(template: str) -> re.Pattern[str]:
    """Return what recognises a sentence at the beginning of a text; a part named twice is the same twice."""
    made, named = "", set[str]()
    for said, name, _, _ in Formatter().parse(template):
        made += re.escape(said)
        if name:
            made += f"(?P={name})" if name in named else f"(?P<{name}>{SHAPES.get(name, '.{1,200}?')})"
            named.add(name)
    return re.compile(rf"{made}(?=\s|$)", re.DOTALL)
