"""Names of people: which words of a term are somebody's, so that they can be left out where the audience demands it."""

import re
from collections.abc import Collection, Iterable

from app.domain.concept import CONCEPTS
from app.domain.folding import fold

SHORTEST = 3
"""Letters of a name."""
_WORD = re.compile(r"[^\W\d_]+")


def personal(names: Iterable[str], own: Collection[str] = (), usual: Collection[str] = ()) -> frozenset[str]:
    """Return the folded words by which authors are known, from their handles and the names they show.

    `own` are names of the brand and its accounts, which are public; `usual` are concepts that people use anyway, for
    "Strom News" is a name, too. What firms are talked about for (`HEADS`) is nobody's name.
    """
    public = {fold(word).lstrip("@#") for name in own for word in [name, *name.split()]}
    found = set()
    for name in names:
        whole = fold(name).lstrip("@")
        if whole in public:
            continue
        words = [word for word in _WORD.findall(whole) if len(word) >= SHORTEST]
        found |= {*words, "".join(words)}
    return frozenset(
        word for word in found - public - {""} if CONCEPTS.of(word) not in usual and not CONCEPTS.names(word)
    )


def names(term: str, people: Collection[str]) -> bool:
    """Tell whether a term holds the name of one of `people`; a hashtag is public."""
    return not term.startswith("#") and any(word in people for word in _WORD.findall(fold(term)))
