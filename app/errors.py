"""Every error Emberwatch raises on purpose.

EmberwatchError
├── WrongInput            what a person or a machine handed in cannot be used; says what to do (exit code 2, HTTP 4xx)
│   ├── ConfigError       config.yaml: every mistake at once, with path and line
│   ├── QueryError        a query; points at the character
│   ├── MentionError      one line of NDJSON; names the field
│   └── UnknownExtension  no such entry point; names the choices
├── NotAllowed            the actor may not do this (HTTP 403)
├── NotFound              the thing named does not exist (HTTP 404)
├── Gone                  the thing named was deleted (HTTP 410)
├── Unavailable           a service we need does not answer; worth trying again
│   ├── BusUnavailable    Redis
│   ├── StoreUnavailable  SQLite or PostgreSQL
│   ├── SourceUnavailable a channel; `cause` says of what kind, `retry_after` how long to wait
│   │   └── CredentialMissing  a key is missing or refused; says where to get it
│   └── Backpressure      a consumer is behind; wait `retry_after` seconds
└── Conflict              somebody else changed it first (HTTP 409)
    └── LeaseLost         another process does this work now; stop at once
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal


class EmberwatchError(Exception):
    """Something Emberwatch noticed; `str()` is a sentence that says what to do."""


class WrongInput(EmberwatchError):
    """What was handed in cannot be used."""


class ConfigError(WrongInput):
    """config.yaml holds mistakes; `mistakes` lists every one of them as `(path, line, sentence)`."""

    def __init__(self, file: str, mistakes: list[tuple[str, int, str]]) -> None:
        self.file = file
        self.mistakes = mistakes
        super().__init__("\n".join(f"{file}:{line}: {path}: {sentence}" for path, line, sentence in mistakes))


class QueryError(WrongInput):
    """A query cannot be read; `position` is the 0-based character where reading stopped.

    `key` and `values` are the sentence for screens of other languages (`app.domain.mistake`), "" if it has none.
    """

    def __init__(
        self, sentence: str, position: int, key: str = "", values: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        self.position, self.key, self.values = position, key, values
        super().__init__(sentence)


class MentionError(WrongInput):
    """One line of NDJSON cannot be used; `field` names where."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class UnknownExtension(WrongInput):
    """No entry point of that name."""


class NotAllowed(EmberwatchError):
    """The actor may not do this."""


class NotFound(EmberwatchError):
    """The thing named does not exist."""


class Gone(EmberwatchError):
    """The thing named was deleted, and nothing of it is kept that could be shown."""


Trouble = Literal["away", "busy", "disk", "memory", "password", "readonly", "refused"]
"""Kinds of not being available; walls have words for each."""


class Unavailable(EmberwatchError):
    """A service we need does not answer, in which way says `kind`; worth trying again."""

    def __init__(self, sentence: str, kind: Trouble = "away") -> None:
        self.kind: Trouble = kind
        super().__init__(sentence)


class BusUnavailable(Unavailable):
    """Redis does not answer."""


class StoreUnavailable(Unavailable):
    """The archive database does not answer."""


class SourceUnavailable(Unavailable):
    """A channel does not answer: `cause` as in `app.domain.source.Cause`; ask again after `retry_after` seconds."""

    def __init__(self, sentence: str, cause: str = "server", retry_after: float | None = None) -> None:
        self.cause, self.retry_after = cause, retry_after
        super().__init__(sentence)


class CredentialMissing(SourceUnavailable):
    """A key is missing or refused; the sentence says which one and where to get it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, "credential")


class Backpressure(Unavailable):
    """A consumer is behind: `group`, as far as `because` says; wait `retry_after` seconds before sending more."""

    def __init__(self, retry_after: float, group: str = "", because: str = "") -> None:
        self.retry_after, self.group, self.because = retry_after, group, because
        catching_up = f"The system is catching up: {because}" if because else "The system is catching up"
        super().__init__(f"{catching_up}; try again in {max(1, retry_after):.0f} s.")


class Conflict(EmberwatchError):
    """Somebody else changed it first."""


def innermost(error: BaseException) -> BaseException:
    """Return the first reason in a group of exceptions, or the exception itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class LeaseLost(Conflict):
    """Another process does this work now."""
