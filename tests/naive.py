"""The query language a second time, slow and plain: what a query finds in a mention, read straight from the manual.

It shares nothing with `app.domain`: a query is read by descent, a text is searched with regular expressions.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from app.domain.mention import Mention

UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
INVISIBLE = "\u00ad\u2060\ufeff\u200b\u200c\u200d\u200e\u200f"
LEXEME = re.compile(r'(\w+:"[^"]*"|"[^"]*"|[()]|[^\s()"]+)')
LETTER, NO_LETTER = r"[^\W_]", r"[\W_]"
ALONE = r"(?<![^\W_])"


@lru_cache(10_000)
def plain(text: str) -> str:
    """Return a text in small letters without marks: ä=ae, ö=oe, ü=ue, ß=ss."""
    text = "".join(char for char in text if char not in INVISIBLE)
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(UMLAUTS.get(char, char) for char in text)
    parts = unicodedata.normalize("NFKD", text)
    return "".join(char for char in parts if unicodedata.category(char) not in {"Mn", "Me", "Cf"}).casefold()


escaped = lru_cache(10_000)(re.escape)
compiled = lru_cache(100_000)(re.compile)


@lru_cache(100_000)
def words(text: str) -> list[str]:
    return re.findall(LETTER + "+", text)


def finds(query: str, mention: Mention) -> bool:
    """Tell whether a query (with straight quotation marks, and without a mistake) finds a mention."""
    return bool(read(query).of(mention, plain(mention.text)))


class Part(NamedTuple):
    """A part of a query: what it says of a mention and its plain text: places, if NEAR may join it, or a bool."""

    of: Callable[[Mention, str], set[tuple[int, int]] | bool]
    placed: bool = False


@lru_cache(10_000)
def read(query: str) -> Part:
    return _Reader(LEXEME.findall(query)).either()


class _Reader:
    """Reads a query from left to right; what it has read answers for any mention."""

    def __init__(self, lexemes: list[str]) -> None:
        self.left = lexemes[::-1]

    def next_is(self, *wanted: str) -> bool:
        return bool(self.left) and self.left[-1] in wanted

    def either(self) -> Part:
        found = [self.every()]
        while self.next_is("OR"):
            self.left.pop()
            found.append(self.every())
        if all(one.placed for one in found):
            return Part(lambda *said: set().union(*(one.of(*said) for one in found)), placed=True)
        return Part(lambda *said: any(one.of(*said) for one in found))

    def every(self) -> Part:
        found = [self.one()]
        while self.left and not self.next_is("OR", ")"):
            if self.next_is("AND"):
                self.left.pop()
            found.append(self.one())
        return found[0] if len(found) == 1 else Part(lambda *said: all(one.of(*said) for one in found))

    def one(self) -> Part:
        if self.next_is("NOT"):
            self.left.pop()
            part = self.one()
            return Part(lambda *said: not part.of(*said))
        one = self.operand()
        if self.left and (near := re.fullmatch(r"NEAR/(\d+)", self.left[-1])):
            self.left.pop()
            other = self.operand()
            most = int(near[1])
            return Part(lambda *said: any(close(a, b, most) for a in one.of(*said) for b in other.of(*said)))
        return one

    def operand(self) -> Part:
        lexeme = self.left.pop()
        if lexeme == "(":
            found = self.either()
            self.left.pop()
            return found
        name, colon, value = lexeme.partition(":")
        if colon and name.lower() in FIELDS and not lexeme.startswith('"'):
            ask, asked = FIELDS[name.lower()], plain(value.strip('"'))
            return Part(lambda mention, _: ask(mention, asked))
        if lexeme.startswith('"'):
            return row(lexeme.strip('"'))
        return {"#": tag, "@": handle, "~": compound}.get(lexeme[0], row)(lexeme)


def tag(written: str) -> Part:
    tail = "" if written.endswith("*") else r"(?!\w)"
    pattern = re.compile(r"(?<![\w&/#])" + re.escape(plain(written.rstrip("*"))) + tail)
    return Part(lambda _, text: pattern.search(text) is not None)


def handle(written: str) -> Part:
    asked = written[1:].rstrip(".-")
    return Part(lambda _, text: any(same(asked, name) for name in handles(text)))


def compound(written: str) -> Part:
    part = plain(written[1:])

    def places(_, text):
        return {(at, at + 1) for at, word in enumerate(words(text)) if part in word and is_made_with(word, part)}

    return Part(places, placed=True)


def row(written: str) -> Part:
    """Read words in a row, the last one perhaps only begun."""
    asked = words(plain(written))
    tail = "" if written.rstrip().endswith("*") else f"(?!{LETTER})"
    pattern = re.compile(f"(?={ALONE}{f'{NO_LETTER}+'.join(asked)}{tail})")

    def places(_, text):
        if asked[0] not in text:
            return set()
        starts = [len(words(text[: hit.start()])) for hit in pattern.finditer(text)]
        return {(start, start + len(asked)) for start in starts}

    return Part(places, placed=True)


def close(one: tuple[int, int], other: tuple[int, int], most: int) -> bool:
    if one > other:
        one, other = other, one
    return one[1] <= other[0] and other[0] - one[1] < most


def same(asked: str, known: str) -> bool:
    """Compare whole values, or with a * the beginning."""
    asked = plain(asked)
    return known.startswith(asked[:-1]) if asked.endswith("*") else known == asked


@lru_cache(10_000)
def handles(text: str) -> set[str]:
    found = re.findall(r"(?<![\w@/.])@(\w[\w.-]*(?:@\w[\w.-]*)?)", text)
    return {name for whole in found for name in known_as(whole.rstrip(".-"))}


def known_as(whole: str) -> set[str]:
    user = whole.partition("@")[0]
    return {whole, user, user.partition(".")[0]}


def stands_in(asked: str, text: str) -> bool:
    """Look for words in a row, the last one perhaps only begun."""
    tail = "" if asked.endswith("*") else f"(?!{LETTER})"
    return compiled(ALONE + f"{NO_LETTER}+".join(words(asked)) + tail).search(plain(text)) is not None


def language(mention: Mention, asked: str) -> bool:
    stated = (mention.language or "").lower().replace("_", "-")
    return re.fullmatch(escaped(asked.replace("_", "-")) + "(-.*)?", stated) is not None


def author(mention: Mention, asked: str) -> bool:
    who = mention.author
    handle = plain(who.handle or "").removeprefix("@")
    if handle and any(same(asked.removeprefix("@"), name) for name in known_as(handle)):
        return True
    return not asked.startswith("@") and (same(asked, plain(who.id)) or stands_in(asked, who.name or ""))


def followers(mention: Mention, asked: str) -> bool:
    sign, number = re.fullmatch(r"([<>=]+)(\d+)", asked).groups()
    known = mention.author.followers
    if known is None:
        return False
    return {
        ">": known > int(number),
        ">=": known >= int(number),
        "<": known < int(number),
        "<=": known <= int(number),
        "=": known == int(number),
    }[sign]


def url(mention: Mention, asked: str) -> bool:
    asked = re.sub("^(https?://)?(www[.])?", "", asked)
    tail = "" if asked.endswith(("*", "/")) else r"(?:$|[/?#:\s\"'<>()]|[.,;!](?:$|[\s\"'<>()]))"
    pattern = r"(?<![\w@.-])(?:[\w-]+[.])*" + escaped(asked.rstrip("*")) + tail
    texts = [plain(mention.url or ""), *re.split(r"[\s\"'<>()]|(?=https?://)", plain(mention.text))]
    addresses = [one for one in texts if re.match(r"(https?://)?[\w-]+[.][\w-]", one)]
    return any(re.match(r"(?:https?://)?" + pattern.removeprefix(r"(?<![\w@.-])"), one) for one in addresses)


FIELDS = {
    "channel": lambda mention, asked: same(asked, plain(mention.channel)),
    "lang": language,
    "kind": lambda mention, asked: mention.kind == asked,
    "author": author,
    "followers": followers,
    "url": url,
    "place": lambda mention, asked: stands_in(asked, mention.place or ""),
}

ENDINGS = ("", "e", "en", "er", "ern", "es", "s", "n", "em", "in", "innen")
JOINTS = ("", "e", "en", "ens", "er", "es", "n", "s")
PREFIXES = ("ver", "zer", "ent", "emp", "kom", "kon")
_BEFORE = (
    "bs bt ch ck cs dt ds ff fs ft gd gg gs gt hl hm hn hr hs ht ks kt lb ld lf lg lk ll lm ln ls lt lz md mm mp ms mt "
    "nd ng nk nn ns nt nz pf pp ps pt rb rd rf rg rk rl rm rn rr rs rt rz ss st th tt ts tz xt"
)
_BEHIND = "bl br ch cl cr dr fl fr gl gn gr kl kn kr pf ph pl pr ps qu rh sc sh sk sl sm sn sp st sw th tr ts tw wr zw"
PAIRS_BEFORE, PAIRS_BEHIND = _BEFORE.split(), _BEHIND.split()


def sounds(text: str) -> bool:
    return re.search("[aeiouy0-9]", text) is not None


def is_made_with(word: str, part: str) -> bool:
    if re.search("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]", part):
        return part in word
    splits = [(word[:at], word[at + len(part) :]) for at in range(len(word)) if word[at:].startswith(part)]
    return any(may_stand_before(left, part) and may_stand_behind(right) for left, right in splits)


def may_stand_before(left: str, part: str) -> bool:
    if left == "":
        return True
    swallowed = len(part) <= 5 and re.search("[bcfgkp][lr]|[gk]n", left[-1] + part[0])
    ends_well = sounds(left[-2:]) or left[-2:] in PAIRS_BEFORE
    return len(left) >= 3 and left not in PREFIXES and sounds(left) and ends_well and not swallowed


def may_stand_behind(right: str) -> bool:
    if right in ENDINGS:
        return True
    rests = [right[len(joint) :] for joint in JOINTS if right.startswith(joint)]
    return any(len(rest) >= 3 and sounds(rest) and (sounds(rest[:2]) or rest[:2] in PAIRS_BEHIND) for rest in rests)
