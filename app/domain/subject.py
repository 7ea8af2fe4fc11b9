"""Subjects: what a query is asked about, prepared once for all queries."""

import re
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from app.domain.folding import fold, line_of
from app.domain.mention import Mention

_ADDRESS = re.compile(r"(?<![\w@.-])[\w-]+(?:\.[\w-]+)+(?:[:/?#][^\s\"'<>()]*)?")


T = TypeVar("T")


class _Once(Generic[T]):
    """A property that is made when it is first asked for; functools.cached_property of Python 3.11 takes a lock."""

    def __init__(self, make: Callable[["Subject"], T]) -> None:
        self._make, self._name = make, make.__name__

    def __get__(self, subject: "Subject", owner: type) -> T:
        made = subject.__dict__[self._name] = self._make(subject)
        return made


class Subject:
    """A mention as queries see it; each part is prepared when the first query asks for it."""

    def __init__(self, mention: Mention, language: Callable[[str], str] | None = None) -> None:
        self._mention, self._detect = mention, language

    @classmethod
    def of(cls, mention: Mention, language: Callable[[str], str] | None = None) -> Self:
        """Return the subject of a mention; `language` names the language of a text whose source does not state one."""
        return cls(mention, language)

    @_Once
    def folded(self) -> str:
        """The text as `fold` makes it."""
        return fold(self._mention.text)

    @_Once
    def line(self) -> str:
        """The words, tags and handles of the text, each between blanks (`line_of`)."""
        return line_of(self.folded)

    @_Once
    def channel(self) -> str:
        """The channel, folded."""
        return fold(self._mention.channel)

    @_Once
    def language(self) -> str:
        """The language the source states, such as de or de-at, else the one the text seems to be in; "" if unknown."""
        stated = (self._mention.language or "").lower().replace("_", "-")
        return stated or (self._detect(self._mention.text).lower() if self._detect else "")

    @property
    def kind(self) -> str:
        """What kind of utterance it is."""
        return self._mention.kind

    @_Once
    def author(self) -> str:
        """The author's id in the channel, folded."""
        return fold(self._mention.author.id)

    @_Once
    def handles(self) -> set[str]:
        """The names under which an @handle would name the author."""
        handle = fold(self._mention.author.handle or "").removeprefix("@")
        user = handle.partition("@")[0]
        return {handle, user, user.partition(".")[0]} if handle else set()

    @_Once
    def name(self) -> str:
        """The words of the author's name, each between blanks."""
        return line_of(fold(self._mention.author.name or ""))

    @property
    def followers(self) -> int | None:
        """How many follow the author; None if the source does not say."""
        return self._mention.author.followers

    @_Once
    def addresses(self) -> list[str]:
        """The address of the mention and those in its text, folded, without https:// and www."""
        found = _ADDRESS.findall(f"{fold(self._mention.url or '')} {self.folded}")
        return [address.removeprefix("www.").rstrip(".,;:!?") for address in found]

    @_Once
    def place(self) -> str:
        """The words of the place, each between blanks."""
        return line_of(fold(self._mention.place or ""))
