"""The word somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return ` did you mean `x`?` for the choice closest to `word`, or nothing if none is close."""
    found = close(word, choices)
    return f" did you mean `{found}`?" if found else ""


def close(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice closest to `word`, or None if none is close."""
    by_folded = {choice.casefold(): choice for choice in choices}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def listed(choices: Iterable[str]) -> str:
    """Return ` one of `a`, `b``, sorted as given."""
    return "one of " + ", ".join(f"`{choice}`" for choice in choices)
