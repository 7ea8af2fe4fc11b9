"""Folding: the one spelling under which words are compared."""

import itertools
import re
import unicodedata

_DROPPED = {"Mn", "Me", "Cf"}


def _class_of_dropped(*codes: range) -> str:
    """Return a character class of the marks and invisible format characters among some code points."""
    runs: list[list[int]] = []
    for code in itertools.chain(*codes):
        if unicodedata.category(chr(code)) in _DROPPED:
            if runs and runs[-1][1] == code - 1:
                runs[-1][1] = code
            else:
                runs.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in runs)


_LOW = _class_of_dropped(range(0x80, 0x10000))
_HIGH = _class_of_dropped(range(0x10000, 0x20000), range(0xE0000, 0xE0200))
_DROP = re.compile(f"[{_LOW}]|[\U00010000-\U0010ffff](?<=[{_HIGH}])")
"""As one class it takes twenty times as long: `re` looks up the lower plane in a table, but other ranges one by one."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
WORD = re.compile(r"[^\W_]+")
TAG = re.compile(r"(?<![\w&/#])#(\w+)")
HANDLE = re.compile(r"(?<![\w@/.])@(\w[\w.-]*(?:@\w[\w.-]*)?)")


def fold(text: str) -> str:
    """Return `text` without case, diacritics and invisible characters; ä=ae, ö=oe, ü=ue, ß=ss."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    text = unicodedata.normalize("NFC", text)
    text = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    if text.isascii():
        return text
    return _DROP.sub("", unicodedata.normalize("NFKD", text)).casefold()


def tokens(folded: str) -> list[str]:
    """Return the words of a folded text: runs of letters and digits."""
    return WORD.findall(folded)


def handles(folded: str) -> set[str]:
    """Return the names under which the @handles of a folded text are known: in full and without their domain."""
    found: set[str] = set()
    for name in HANDLE.findall(folded):
        whole = name.rstrip(".-")
        user = whole.partition("@")[0]
        found |= {whole, user, user.partition(".")[0]}
    return found


def line_of(folded: str) -> str:
    """Return the words of a folded text, then its #tags and @handles, each between blanks.

    A word, phrase, tag or handle is in the text exactly if its own form between blanks is in the line.
    """
    words = WORD.findall(folded)
    if "#" in folded:
        words += [f"#{tag}" for tag in TAG.findall(folded)]
    if "@" in folded:
        words += [f"@{handle}" for handle in handles(folded)]
    return f" {' '.join(words)} "
