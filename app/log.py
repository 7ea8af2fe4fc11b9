"""Structured logging without personal data: JSON lines for machines, coloured lines for a terminal."""

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import format_tb
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.domain.analysis import AnalysedMention, Evidence
from app.domain.mention import Author, AuthorRemoval, Deletion, Mention
from app.domain.tally import Profile
from app.errors import EmberwatchError

PRIVATE = frozenset(
    {"text", "body", "evidence", "query", "q", "words", "mention", "mentions"}
    | {"author", "authors", "author_id", "handle", "name", "profile", "profiles"}
    | {"token", "password", "passwd", "secret", "authorization", "credential", "credentials", "api_key", "cookie"}
)
"""Keys whose values never reach a log: people, what they say, secrets."""

LEFT_OUT = "[left out]"
_PERSONAL = (AnalysedMention, Author, AuthorRemoval, Deletion, Evidence, Mention, Profile)
_FILE_BYTES, _FILES = 5_000_000, 3
_CALM = 30.0
"""Seconds until the same is told again."""
_PASSING = frozenset({"timestamp", "pause", "again_in", "tries"})
"""What differs between two lines that say the same."""
_REMEMBERED = 1_000


def without_personal_data(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace the values of private keys, and mentions and authors under any key, however deep."""
    return {key: value if key == "event" else _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: Any) -> Any:
    if key.casefold() in PRIVATE or key.casefold().endswith(("_token", "_secret", "_password", "_text", "_handle")):
        return LEFT_OUT
    if isinstance(value, _PERSONAL):
        return f"{type(value).__name__} {getattr(value, 'key', '')}".rstrip()
    if isinstance(value, msgspec.Struct):
        return type(value).__name__
    if isinstance(value, dict):
        return {inner: _clean(str(inner), part) for inner, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", part) for part in value]
    return value


def configure(*, file: Path | None = None, terminal: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send every log line, ours and libraries', to the terminal; with `file` there, and only warnings to the terminal.

    A terminal gets readable lines, a pipe JSON lines; files always hold JSON lines and rotate at 5 MB.
    """
    stream = sys.stderr if terminal is None else terminal
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_personal_data,
    ]
    screen = logging.StreamHandler(stream)
    screen.setFormatter(_formatter(shared, readable=stream.isatty()))
    handlers: list[logging.Handler] = [screen]
    if file is None:
        screen.addFilter(_Repeats().first)
    else:
        screen.setLevel(logging.WARNING)
        screen.addFilter(_Calm().first)
        file.parent.mkdir(parents=True, exist_ok=True)
        rotating = RotatingFileHandler(file, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8")
        rotating.setFormatter(_formatter(shared, readable=False))
        rotating.addFilter(_Repeats().first)
        handlers.append(rotating)
    logging.basicConfig(handlers=handlers, level=level, force=True)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a full disk must not turn every line into a traceback
    structlog.configure(
        processors=[*shared[:4], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def said(failure: BaseException) -> str:
    """Return the kind of an exception, with its message if that cannot hold personal data.

    A library's message quotes what it choked on, a post or a name; `EMBERWATCH_DEBUG=1` shows it all the same.
    """
    told = isinstance(failure, EmberwatchError | OSError | ImportError) or os.environ.get("EMBERWATCH_DEBUG")
    return f"{type(failure).__name__}: {failure}" if told else type(failure).__name__


def traced(failure: BaseException | None) -> str:
    """Return where an exception and its causes were raised, and what may be said of them."""
    parts: list[str] = []
    while failure is not None:
        parts.append("".join(format_tb(failure.__traceback__)) + said(failure))
        if isinstance(failure, BaseExceptionGroup):
            parts += [traced(inner) for inner in failure.exceptions]
        failure = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    return "\nafter\n".join(parts)


class _Calm:
    """Tells what happens over and over only every half minute."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str], float] = {}

    def first(self, record: logging.LogRecord) -> bool:
        """Return whether this event of this service was not told just now."""
        message: Any = record.msg
        event = message if isinstance(message, dict) else {"event": message}
        about = (record.name, str(event.get("event")), str(event.get("service", "")))
        if record.created - self._told.get(about, -_CALM) < _CALM:
            return False
        self._told[about] = record.created
        return True


class _Repeats:
    """Writes a warning that was written just now only every half minute, with how often it came meanwhile."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, int]] = {}

    def first(self, record: logging.LogRecord) -> bool:
        """Return whether to write a record; adds `repeated` to one that stands for several."""
        message: Any = record.msg
        if record.levelno < logging.WARNING or not isinstance(message, dict):
            return True
        about = repr([record.name, *((key, value) for key, value in message.items() if key not in _PASSING)])
        written, times = self._seen.get(about, (-_CALM, 0))
        if record.created - written < _CALM:
            self._seen[about] = (written, times + 1)
            return False
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[about] = (record.created, 0)
        if times:
            record.msg = {**message, "repeated": times}
        return True


def _formatter(shared: list[Processor], *, readable: bool) -> logging.Formatter:
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer(pad_event_to=0)]
        if readable
        else [structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_personal_data,
            structlog.processors.ExceptionRenderer(lambda info: traced(info[1])),
            *last,
        ],
    )
