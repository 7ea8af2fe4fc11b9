"""`emberwatch classify`: understands texts without a configuration and without Redis."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, NamedTuple, TextIO

import msgspec
import typer

from app.domain.analysis import Analysis, Evidence, Intent
from app.domain.languages import chosen
from app.domain.mention import Author, Mention
from app.errors import WrongInput
from ingest.understanding import Understanding, build

ANALYZERS = ("language", "sentiment", "intent")
LANGUAGES = ("de", "en")
READ = 1 << 18
"""Bytes asked for at once; a pipe gives what it has, so a line typed is answered as soon as the input pauses."""
LONGEST = 64_000_000
"""Bytes of a line that are kept; a longer one is refused."""
STARS = 5
FIGURES = 4
"""Decimal places of a probability."""
_NOBODY = Author("")


class Row(NamedTuple):
    """One good line: its number, its object, and whether only Python's own JSON takes it (NaN, half characters)."""

    number: int
    fields: dict[str, Any]
    odd: bool


class Outcome(NamedTuple):
    """How many lines could not be read, and in how many an analyzer failed."""

    bad: int
    incomplete: int


def command(
    languages: Annotated[
        str, typer.Option(help="The languages texts are expected in, by their codes, with commas between.")
    ] = ",".join(LANGUAGES),
    brand_names: Annotated[
        str, typer.Option(help="Names of brands, with commas between: their words are no evidence.")
    ] = "",
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Add the words behind each sentiment.")] = False,
) -> None:
    """Understand NDJSON with `text` on stdin: the same objects with language, sentiment and intents on stdout."""
    brands = tuple(name.strip() for name in brand_names.split(",") if name.strip())
    understanding = Understanding(build(ANALYZERS, chosen(languages), brands))
    for fault in understanding.faults:
        sys.stderr.write(f"{fault}\n")
    bad = incomplete = 0
    for block in blocks(sys.stdin.buffer):
        written, outcome = classify(block, understanding, sys.stderr, explain=explain)
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
        bad, incomplete = bad + outcome.bad, incomplete + outcome.incomplete
    if bad or incomplete:
        raise typer.Exit(2 if bad else 1)


def classify(
    lines: Iterable[tuple[int, bytes | None]],
    understanding: Understanding,
    complaints: TextIO,
    *,
    explain: bool = False,
) -> tuple[bytes, Outcome]:
    """Return a line for each good one, in order, and how many were not; every one of those is named on `complaints`."""
    rows, refused = [], 0
    for number, line in lines:
        try:
            rows.append(Row(number, *parse(line)))
        except WrongInput as error:
            refused += 1
            complaints.write(f"line {number}: {error}\n")
    analyses, missing = understanding.examine([_mention(row.fields) for row in rows])
    for place in sorted(missing):
        said = "; ".join(map(str, missing[place]))
        complaints.write(f"line {rows[place].number}: {said}\n")
    written = [
        _written(row.fields | _shown(found, explain=explain), odd=row.odd)
        for row, found in zip(rows, analyses, strict=True)
    ]
    return b"".join(written), Outcome(refused, len(missing))


def blocks(stream: Any) -> Iterator[list[tuple[int, bytes | None]]]:
    """Yield the lines that arrived together, numbered from 1, without empty ones; one too long to keep is None."""
    number, rest, size = 1, list[bytes](), 0
    while chunk := stream.read1(READ):
        *whole, last = chunk.split(b"\n")
        if whole:
            lines = [b"".join((*rest, whole[0])) if size <= LONGEST else None, *whole[1:]]
            yield [(number + n, line) for n, line in enumerate(lines) if line is None or line.strip()]
            number, rest, size = number + len(lines), [], 0
        size += len(last)
        rest = [*rest, last] if size <= LONGEST else []
    if size:
        yield [(number, b"".join(rest) if size <= LONGEST else None)]


def parse(line: bytes | None) -> tuple[dict[str, Any], bool]:
    """Read one line and say whether it is odd; raise `WrongInput` with a sentence if it is no object with a `text`."""
    if line is None:
        raise WrongInput(f"it is longer than {LONGEST // 1_000_000} MB; give one object a line")
    odd = False
    try:
        row = msgspec.json.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        row, odd = _decoded(line), True
    if not isinstance(row, dict):
        raise WrongInput('give an object, such as {"text": "…"}')
    if not isinstance(row.get("text"), str):
        raise WrongInput('the field "text" is missing or not a string')
    return row, odd


def _decoded(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise WrongInput(f"this is not JSON ({error}); give one object a line") from error


def _written(row: dict[str, Any], *, odd: bool) -> bytes:
    """Write as people read it; a lone surrogate, which no encoding takes, is escaped."""
    if not odd:
        return msgspec.json.encode(row) + b"\n"
    try:
        return json.dumps(row, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row).encode() + b"\n"


def _mention(row: dict[str, Any]) -> Mention:
    language, rating, text = row.get("language"), row.get("rating"), row["text"]
    return Mention(
        channel="stdin",
        id="",
        published_at=0.0,
        text=text if text.isascii() else text.encode("utf-8", "replace").decode(),
        author=_NOBODY,
        language=language if isinstance(language, str) else None,
        rating=float(rating) if isinstance(rating, int | float) and 1 <= rating <= STARS else None,
    )


def _shown(found: Analysis, *, explain: bool) -> dict[str, Any]:
    sentiment = found.sentiment
    negative, positive = round(sentiment.negative, FIGURES), round(sentiment.positive, FIGURES)
    shown: dict[str, Any] = {
        "label": sentiment.label,
        "negative": negative,
        "neutral": abs(round(1 - negative - positive, FIGURES)),
        "positive": positive,
    }
    if explain:
        shown["evidence"] = [_span(part) | {"weight": round(part.weight, FIGURES)} for part in sentiment.evidence]
    return {"language": found.language, "sentiment": shown, "intents": [_intent(intent) for intent in found.intents]}


def _intent(intent: Intent) -> dict[str, Any]:
    evidence: Sequence[dict[str, Any]] = [_span(part) for part in intent.evidence]
    return {"label": intent.label, "score": round(intent.score, FIGURES), "evidence": evidence}


def _span(part: Evidence) -> dict[str, Any]:
    return {"text": part.text, "start": part.start, "end": part.end}
