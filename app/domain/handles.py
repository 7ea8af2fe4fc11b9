"""Handles that look as if one hand had made them."""

import re
from collections import Counter
from collections.abc import Sequence

MOST = 80
"""Handles that are compared with each other; of more, so many evenly spread."""

MANY_DIGITS, FEW_DIGITS = 4, 2
"""Digits at the end that no person chooses, and those that make sisters of equal stems."""

SISTERS = 3
"""Handles that have to be alike before it means anything."""

LONG_ENOUGH, EDITS = 6, 2
_DIGITS = re.compile(r"\d+$")


def alike(handles: Sequence[str]) -> float:
    """Return the share of handles, 0 to 1, that look like others of them.

    Alike are those that end in four digits or more, that are equal but for the digits at their end, or that differ in
    at most two letters (Levenshtein); fewer than three of them are chance.
    """
    step = max(1, len(handles) // MOST)
    names = [name for handle in list(handles)[::step][:MOST] if (name := _name(handle))]
    if not names:
        return 0.0
    stems = Counter(_stem(name) for name in names)
    marked = [len(name) - len(_DIGITS.sub("", name)) >= MANY_DIGITS for name in names]
    many = sum(marked) >= SISTERS
    found = {
        place
        for place, name in enumerate(names)
        if (many and marked[place]) or (stems[_stem(name)] >= SISTERS and _stem(name) != "")
    }
    found |= _close(names)
    return len(found) / len(names) if len(found) >= SISTERS else 0.0


def _name(handle: str) -> str:
    """Return a handle without its server."""
    return re.split(r"[.@]", handle.lower().lstrip("@"), maxsplit=1)[0]


def _stem(name: str) -> str:
    """Return a name without the digits at its end, "" if it has less than two."""
    stem = _DIGITS.sub("", name)
    return stem if len(name) - len(stem) >= FEW_DIGITS else ""


def _close(names: Sequence[str]) -> set[int]:
    """Return the places of names that differ in few letters from two others or more."""
    friends: Counter[int] = Counter()
    for one, left in enumerate(names):
        for other in range(one):
            if _differ_little(left, names[other]):
                friends[one] += 1
                friends[other] += 1
    return {place for place, number in friends.items() if number >= SISTERS - 1}


def _differ_little(left: str, right: str) -> bool:
    if min(len(left), len(right)) < LONG_ENOUGH or abs(len(left) - len(right)) > EDITS:
        return False
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return max(len(left), len(right)) <= 2 * EDITS and _distance(left, right) <= EDITS


def _distance(left: str, right: str) -> int:
    """Return how many letters have to be put in, taken out or changed (Levenshtein, 1965)."""
    row = list(range(len(right) + 1))
    for number, letter in enumerate(left, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(right, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != other))
    return row[-1]
