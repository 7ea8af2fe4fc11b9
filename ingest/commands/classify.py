"""`emberwatch classify`: understands texts without a configuration and without Redis."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TextIO

import typer

from app.domain.analysis import Analysis, Intent
from app.domain.mention import Author, Mention
from app.errors import WrongInput
from ingest.analyzer import Analyzer
from ingest.understanding import Failure, build, understand

LANGUAGES = ("de", "en")
BATCH = 500
FIGURES = 4
"""Decimal places of a probability."""

Line = tuple[int, dict[str, Any]]


def command() -> None:
    """Understand NDJSON with `text` on stdin: the same objects with language, sentiment and intents on stdout."""
    bad = classify(sys.stdin.buffer, sys.stdout, sys.stderr, build(("language", "lexicon"), LANGUAGES))
    if bad:
        raise typer.Exit(2)


def classify(lines: Iterable[bytes], out: TextIO, complaints: TextIO, analyzers: list[Analyzer]) -> int:
    """Write one object for each good line in order, name the bad ones on `complaints`; return how many were bad."""
    bad = 0

    def refuse(number: int, reason: str) -> None:
        nonlocal bad
        bad += 1
        complaints.write(f"line {number}: {reason}\n")

    def good() -> Iterator[Line]:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, parse(line)
                except WrongInput as error:
                    refuse(number, str(error))

    rows = good()
    while batch := list(islice(rows, BATCH)):
        for (number, row), found in zip(batch, understand(analyzers, [_mention(row) for _, row in batch]), strict=True):
            if isinstance(found, Failure):
                refuse(number, found.reason)
            else:
                out.write(_written(row | _shown(found)) + "\n")
    return bad


def parse(line: bytes) -> dict[str, Any]:
    """Read one line; raise `WrongInput` with a sentence if it is no object with a `text`."""
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise WrongInput(f"this is not JSON ({error}); give one object a line") from error
    if not isinstance(row, dict):
        raise WrongInput('give an object, such as {"text": "…"}')
    if not isinstance(row.get("text"), str):
        raise WrongInput('the field "text" is missing or not a string')
    return row


def _written(row: dict[str, Any]) -> str:
    """Write as people read it; a lone surrogate, which no encoding takes, is escaped."""
    line = json.dumps(row, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(row)
    return line


def _mention(row: dict[str, Any]) -> Mention:
    language = row.get("language")
    declared = language if isinstance(language, str) else None
    text = row["text"].encode("utf-8", "replace").decode()
    return Mention(channel="stdin", id="", published_at=0.0, text=text, author=Author(""), language=declared)


def _shown(found: Analysis) -> dict[str, Any]:
    sentiment = found.sentiment
    negative, positive = round(sentiment.negative, FIGURES), round(sentiment.positive, FIGURES)
    return {
        "language": found.language,
        "sentiment": {
            "label": sentiment.label,
            "negative": negative,
            "neutral": round(1 - negative - positive, FIGURES),
            "positive": positive,
        },
        "intents": [_intent(intent) for intent in found.intents],
    }


def _intent(intent: Intent) -> dict[str, Any]:
    evidence = [{"text": part.text, "start": part.start, "end": part.end} for part in intent.evidence]
    return {"label": intent.label, "score": round(intent.score, FIGURES), "evidence": evidence}
