"""Fields: what a query may ask about a mention beside its text."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from app.domain.folding import tokens
from app.domain.subject import Subject

NAMES = ("channel", "lang", "kind", "author", "followers", "url", "place")

COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One filter as it was written; `value` is folded, `open` that it is only a beginning (`author:nord*`)."""

    written: str
    name: str
    value: str
    open: bool = False

    def __str__(self) -> str:
        return self.written

    def holds(self, subject: Subject) -> bool:
        """Tell whether what is known of the mention is as asked; what is not known never is."""
        return _TESTS[self.name](self, subject)

    def in_doubt(self, subject: Subject) -> bool:
        """Tell whether it does not hold, but might if the author's profile were looked up, which tells followers."""
        if self.name not in {"author", "followers"} or subject.followers is not None or self.holds(subject):
            return False
        if self.name == "followers":
            return True
        return not subject.handles or (self.value[0] != "@" and not subject.name.strip())


def _channel(field: Field, subject: Subject) -> bool:
    return _same(field, subject.channel)


def _lang(field: Field, subject: Subject) -> bool:
    return subject.language == field.value or subject.language.startswith(f"{field.value}-")


def _kind(field: Field, subject: Subject) -> bool:
    return subject.kind == field.value


def _author(field: Field, subject: Subject) -> bool:
    bare = field.value.removeprefix("@")
    if bare in subject.handles:
        return True
    if field.open:
        for name in subject.handles:
            if name.startswith(bare):
                return True
    return bare == field.value and (_same(field, subject.author) or _said(field, subject.name))


def _followers(field: Field, subject: Subject) -> bool:
    sign = field.value.rstrip("0123456789")
    known = subject.followers
    return known is not None and COMPARISONS[sign](known, int(field.value[len(sign) :]))


def _url(field: Field, subject: Subject) -> bool:
    return any(_leads(field, address) for address in subject.addresses)


def _place(field: Field, subject: Subject) -> bool:
    return _said(field, subject.place)


_TESTS: dict[str, Callable[[Field, Subject], bool]] = {
    "channel": _channel,
    "lang": _lang,
    "kind": _kind,
    "author": _author,
    "followers": _followers,
    "url": _url,
    "place": _place,
}


def _same(field: Field, known: str) -> bool:
    return known.startswith(field.value) if field.open else known == field.value


def _said(field: Field, line: str) -> bool:
    """Tell whether the words of the value stand in a row in words between blanks."""
    form = _form(field.value)
    return (form if field.open else f"{form} ") in line


@lru_cache(1 << 13)
def _form(value: str) -> str:
    return f" {' '.join(tokens(value))}"


def _leads(field: Field, address: str) -> bool:
    """Tell whether an address is the value or below it: a host with its subdomains, a path with what follows it."""
    host = address.partition("/")[0]
    starts = [0, *(place + 1 for place, char in enumerate(host) if char == ".")]
    for start in starts:
        if address.startswith(field.value, start):
            behind = address[start + len(field.value) : start + len(field.value) + 1]
            if field.open or not behind or behind in "/?#:" or field.value.endswith("/"):
                return True
    return False
