"""The word somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return ` did you mean `x`?` for the choice closest to `word`, or nothing if none is close."""
    by_folded = {choice.casefold(): choice for choice in choices}
    found = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f" did you mean `{by_folded[found[0]]}`?" if found else ""


def listed(choices: Iterable[str]) -> str:
    """Return ` one of `a`, `b``, sorted as given."""
    return "one of " + ", ".join(f"`{choice}`" for choice in choices)
