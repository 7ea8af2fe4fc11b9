"""What we make of the hard sentences, and which of them we are known to miss.

`python -m tests.hard.trial` writes what is missed now into misses.txt and into the model card. Do that when a model
has changed, never to make a test pass that should not.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from app.domain.mention import Author, Mention
from ingest.commands.classify import ANALYZERS, LANGUAGES
from ingest.understanding import Understanding, build

FOLDER = Path(__file__).parent
MISSES = FOLDER / "misses.txt"
CARD = FOLDER.parents[1] / "docs" / "models" / "sentiment.md"
BEGIN, END = "<!-- known misses -->", "<!-- end of known misses -->"
SIGNS = {"-": "negative", "0": "neutral", "+": "positive"}


class Case(NamedTuple):
    """One question about a sentence: its sentiment, or its intents (the id says `intents`)."""

    id: str
    kind: str
    text: str
    wanted: str


@cache
def cases() -> tuple[Case, ...]:
    """Return every question in the order of the file."""
    found = []
    for name, _, kind, sign, text, *intents in _file()["sentences"]:
        found.append(Case(name, kind, text, SIGNS[str(sign)]))
        if intents:
            wanted = sorted(set(intents[0].split(",")) - {"none"})
            found.append(Case(f"{name} intents", kind, text, ", ".join(wanted) or "none"))
    return tuple(found)


@cache
def answers() -> dict[str, str]:
    """Return by id of a question what we say: the likeliest sentiment, or all intents."""
    texts = list(dict.fromkeys(case.text for case in cases()))
    understanding = Understanding(build(ANALYZERS, LANGUAGES, tuple(_file()["brands"])))
    read = understanding.understand([Mention("", "", 0.0, text, Author("")) for text in texts])
    by_text = dict(zip(texts, read, strict=True))
    found = {}
    for case in cases():
        analysis = by_text[case.text]
        if case.id.endswith(" intents"):
            found[case.id] = ", ".join(sorted(intent.label for intent in analysis.intents)) or "none"
        else:
            found[case.id] = max(SIGNS.values(), key=lambda label: getattr(analysis.sentiment, label))
    return found


def misses() -> tuple[str, ...]:
    """Return the ids that we are known to answer otherwise than people."""
    return tuple(line for line in MISSES.read_text("utf-8").splitlines() if line and not line.startswith("#"))


def missed() -> tuple[str, ...]:
    """Return the ids that we answer otherwise than people now."""
    return tuple(case.id for case in cases() if answers()[case.id] != case.wanted)


def section(ids: tuple[str, ...]) -> str:
    """Return the part of the model card that lists what is missed."""
    total, right = len(cases()), len(cases()) - len(ids)
    rows = [
        f"| {case.id} | {case.kind} | {_cell(case.text)} | {case.wanted} | {answers()[case.id]} |"
        for case in cases()
        if case.id in ids
    ]
    head = (
        f"Of {total} questions about {len(_file()['sentences'])} hard sentences {right} are answered as people would."
    )
    table = ["| sentence | what makes it hard | text | people say | we say |", "|---|---|---|---|---|", *rows]
    return "\n".join([BEGIN, head + " The others:", "", *table, END])


def card() -> str:
    """Return the part of the model card that lists what is missed as it stands there."""
    page = CARD.read_text("utf-8")
    return page[page.index(BEGIN) : page.index(END) + len(END)]


@cache
def _file() -> dict[str, list]:
    return yaml.safe_load((FOLDER / "sentences.yaml").read_text("utf-8"))


def _cell(text: str) -> str:
    """Return a text as a table takes it, escapes as they came."""
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`"


if __name__ == "__main__":
    found = missed()
    MISSES.write_text(
        "# Known misses, written by `python -m tests.hard.trial`.\n" + "".join(f"{one}\n" for one in found), "utf-8"
    )
    if CARD.exists() and BEGIN in (page := CARD.read_text("utf-8")):
        CARD.write_text(page.replace(card(), section(found)), "utf-8")
    print(f"{len(cases()) - len(found)} of {len(cases())}")  # noqa: T201 - it is a script, too
