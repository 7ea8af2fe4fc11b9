"""Compounds: whether a word is made with another one, as "Stromtarif" is with "Tarif".

German writes compounds in one word, and a part found anywhere would be found in words that have nothing to do with it
(~rate in "Karate", ~reis in "Ölpreis"). There is no dictionary here, only rules about what may stand on either side;
docs/query-language.md states them, with how often they are right.
"""

import re
from functools import lru_cache

SHORTEST = 4
"""Letters of a part: shorter ones stand by accident in too many words."""

SHORT = 5
"""Letters up to which a part is looked at more closely on its left."""

_REST = 3
"""Letters from which what stands beside the part is a word of its own."""

_ENDINGS = frozenset({"e", "en", "er", "ern", "es", "s", "n", "em", "in", "innen"})
_JOINTS = ("ens", "en", "er", "es", "e", "n", "s", "")
_PREFIXES = frozenset({"ver", "zer", "ent", "emp", "kom", "kon"})
"""Beginnings that make another word: "Verrechnung" is no kind of "Rechnung"."""

_VOWELS = frozenset("aeiouy0123456789")
_BEGINNINGS = (
    "bl br ch cl cr dr fl fr gl gn gr kl kn kr pf ph pl pr ps qu rh sc sh sk sl sm sn sp st sw th tr ts tw wr zw"
)
_ENDS = (
    "bs bt ch ck cs dt ds ff fs ft gd gg gs gt hl hm hn hr hs ht ks kt lb ld lf lg lk ll lm ln ls lt lz md mm mp ms mt "
    "nd ng nk nn ns nt nz pf pp ps pt rb rd rf rg rk rl rm rn rr rs rt rz ss st th tt ts tz xt"
)
"""Two consonants with which a word may begin, and may end."""
_STRONG = {"l": "bcfgkp", "r": "bcfgkp", "n": "gk"}
"""First letter of a part → letters before it that may belong to it: "Preis" is no "Reis"."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""


def unspaced(part: str) -> bool:
    """Tell whether a part is of a script in which words stand without blanks: it counts wherever it stands."""
    return _UNSPACED.search(part) is not None


def made_with(word: str, part: str) -> bool:
    """Tell whether a folded word is the folded part, one of its forms, or a compound with it."""
    at = word.find(part)
    while at >= 0:
        if unspaced(part) or (_before(word[:at], part) and _behind(word[at + len(part) :])):
            return True
        at = word.find(part, at + 1)
    return False


@lru_cache(1 << 14)
def _before(left: str, part: str) -> bool:
    if not left:
        return True
    if len(left) < _REST or left in _PREFIXES or _VOWELS.isdisjoint(left):
        return False
    if _VOWELS.isdisjoint(left[-2:]) and left[-2:] not in _ENDS:
        return False
    return len(part) > SHORT or left[-1] not in _STRONG.get(part[0], "")


@lru_cache(1 << 14)
def _behind(right: str) -> bool:
    if not right or right in _ENDINGS:
        return True
    rests = (right.removeprefix(joint) for joint in _JOINTS if right.startswith(joint))
    return any(len(rest) >= _REST and _begins(rest) for rest in rests)


def _begins(rest: str) -> bool:
    return not _VOWELS.isdisjoint(rest) and (not _VOWELS.isdisjoint(rest[:2]) or rest[:2] in _BEGINNINGS)
