"""Cues found in a text: which groups of wording it holds, and where."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from ahocorasick_rs import AhoCorasick

from ingest.intents.grammar import ASKED, CLAUSE, compiled
from ingest.intents.spelling import LONG, origin, parted, spelled

LANGUAGES = ("de", "en")
"""Those that have cues."""
BEFORE = 120
"""Characters before its rarest word within which a cue begins."""
OFTEN = 12
"""Times the same rarest word of a text is looked at: nobody says one word a thousand times to be understood."""
_APART = " |.?"
_ENDS = "|.?"


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
        self._possible: dict[tuple[int, bool, bool], list[_Wording]] = {}
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
        found = self._found(plain)
        for taken, by in self._taken:
            if taken in found and by in found and _meet(found[taken], found[by]):
                del found[taken]
        return _placed(text, plain, [(self.groups[group], a, b) for group, (a, b) in found.items()])

    def _found(self, plain: str) -> dict[int, tuple[int, int]]:
        """Return where each group stands in a spelled text; what cannot stand there is not even tried."""
        found: dict[int, tuple[int, int]] = {}
        seen: dict[int, int] = {}
        vain: dict[str, int] = {}
        asked = "?" in plain
        for anchor, start, end in self._anchors.find_matches_as_indexes(parted(plain), overlapping=True):
            seen[anchor] = times = seen.get(anchor, 0) + 1
            if times > OFTEN:
                continue
            begin = start + (plain[start] in _APART)
            opens = plain[begin - 1] in _ENDS or (plain[begin - 1] == " " and plain[begin - 2] in _ENDS)
            for group, regex, leads in self._of(anchor, opens=opens, asked=asked):
                if group not in found and (
                    span := _leading(plain, regex, begin, end) if leads else _around(plain, regex, start, vain)
                ):
                    found[group] = span
        return found

    def _of(self, anchor: int, *, opens: bool, asked: bool) -> list[_Wording]:
        """Return the wordings of an anchor that are possible where a clause begins or not, where one asks or not."""
        possible = self._possible.get((anchor, opens, asked))
        if possible is None:
            possible = self._possible[anchor, opens, asked] = [
                wording
                for wording in self._owners[anchor]
                if (opens or not wording.leads or not wording.regex.startswith(CLAUSE))
                and (asked or not wording.regex.endswith(ASKED))
            ]
        return possible


@cache
def grammar(language: str) -> Grammar:
    """Return the cues of a language, compiled once per process."""
    text = Path(__file__).with_name(f"cues_{language}.yaml").read_text("utf-8")
    return Grammar(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - safe, and faster


_compiled = cache(re.compile)


def _leading(plain: str, regex: str, begin: int, end: int) -> tuple[int, int] | None:
    """Return where a wording stands whose anchor begins it, at `begin`; without a regex the anchor is all of it."""
    if regex:
        match = _compiled(regex).match(plain, begin)
        return match.span() if match else None
    while plain[begin - 1] not in _APART:
        begin -= 1
    while plain[end - 1] not in _APART:
        end += 1
    return begin, end - 1


def _around(plain: str, regex: str, start: int, vain: dict[str, int]) -> tuple[int, int] | None:
    """Return where a wording stands whose anchor is somewhere in it, at `start`; `vain` keeps what was not found."""
    since = max(start - BEFORE, 0)
    if since >= vain.get(regex, len(plain)):
        return None
    match = _compiled(regex).search(plain, since)
    if match:
        return match.span()
    vain[regex] = since
    return None


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _placed(text: str, plain: str, found: list[tuple[str, int, int]]) -> list[Cue]:
    """Move places from the spelled form back to the text."""
    if not found:
        return []
    back = origin(text[:LONG], plain)
    return [Cue(group, back(start), back(end - 1) + 1) for group, start, end in found]
