"""Cues found in a text: which groups of wording it holds, and where."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from ahocorasick_rs import AhoCorasick

from ingest.intents.grammar import compiled
from ingest.intents.spelling import LONG, origin, spelled

LANGUAGES = ("de", "en")
"""Those that have cues."""
BEFORE = 120
"""Characters before its rarest word within which a cue begins."""
OFTEN = 12
"""Times the same rarest word of a text is looked at: nobody says one word a thousand times to be understood."""
_WORDS = str.maketrans("|.?", "   ")
_APART = " |.?"


class Cue(NamedTuple):
    """A group of wording that was found, and the place `[start, end)` of the words in the text."""

    group: str
    start: int
    end: int


class _Wording(NamedTuple):
    group: int
    regex: str
    """Compiled when it is first needed: most of a process's start would go into those it never meets."""
    leads: bool


class Grammar:
    """The cues of one language, compiled."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        groups: Mapping[str, Sequence[str]] = table["groups"]
        self.groups = tuple(groups)
        self.strengths: Mapping[str, float] = table["strengths"]
        owners: dict[str, list[_Wording]] = {}
        for number, cues in enumerate(groups.values()):
            for pattern in (pattern for cue in cues for pattern in compiled(cue, table["classes"])):
                for anchor in pattern.anchors:
                    owners.setdefault(anchor, []).append(_Wording(number, pattern.regex or "", pattern.leads))
        self._owners = list(owners.values())
        self._anchors = AhoCorasick(list(owners))
        self._taken = [
            (self.groups.index(group), self.groups.index(guard))
            for guard in self.groups
            if guard.startswith("not.")
            for group in self.groups
            if group.split(".")[0] == guard.removeprefix("not.")
        ]

    def find(self, text: str, plain: str = "") -> list[Cue]:
        """Return the cues of a text, each group once, places in the text as it was given.

        `plain` is its spelled form where that is known already.
        """
        plain = plain or spelled(text[:LONG])
        found: dict[int, tuple[int, int]] = {}
        seen: dict[int, int] = {}
        for anchor, start, end in self._anchors.find_matches_as_indexes(plain.translate(_WORDS), overlapping=True):
            seen[anchor] = times = seen.get(anchor, 0) + 1
            if times > OFTEN:
                continue
            for wording in self._owners[anchor]:
                if wording.group not in found and (span := _span(plain, wording, start, end)):
                    found[wording.group] = span
        for taken, by in self._taken:
            if taken in found and by in found and _meet(found[taken], found[by]):
                del found[taken]
        return _placed(text, plain, [(self.groups[group], a, b) for group, (a, b) in found.items()])


@cache
def grammar(language: str) -> Grammar:
    """Return the cues of a language, compiled once per process."""
    text = Path(__file__).with_name(f"cues_{language}.yaml").read_text("utf-8")
    return Grammar(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - safe, and faster


_compiled = cache(re.compile)


def _span(plain: str, wording: _Wording, start: int, end: int) -> tuple[int, int] | None:
    """Return where the wording stands whose anchor stands at `[start, end)`."""
    begin = start + (plain[start] in _APART)
    if not wording.regex:
        while plain[begin - 1] not in _APART:
            begin -= 1
        while plain[end - 1] not in _APART:
            end += 1
        return begin, end - 1
    leads, regex = wording.leads, _compiled(wording.regex)
    match = regex.match(plain, begin) if leads else regex.search(plain, max(start - BEFORE, 0))
    return match.span() if match else None


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _placed(text: str, plain: str, found: list[tuple[str, int, int]]) -> list[Cue]:
    """Move places from the spelled form back to the text."""
    if not found:
        return []
    back = origin(text[:LONG], plain)
    return [Cue(group, back(start), back(end - 1) + 1) for group, start, end in found]
