"""Labelled texts from files and folders: JSONL with `text` and `label`, and the project's own corpus."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from app import registry
from app.domain.analysis import INTENTS, NOT_ANALYSED, Label
from app.domain.mention import Author, Mention
from app.errors import WrongInput

CORPUS = "corpus"
HELD = "_held"
"""Ends the name of a file that is never trained on."""
LABELS: tuple[Label, ...] = ("negative", "neutral", "positive")
_MARKS = {"-": "negative", "0": "neutral", "+": "positive"}
_NAMES = {
    "german": "de", "english": "en", "french": "fr", "italian": "it", "spanish": "es", "portuguese": "pt",
    "arabic": "ar", "dutch": "nl", "polish": "pl", "turkish": "tr", "deutsch": "de", "sb10k": "de",
    "germeval": "de", "germeval17": "de", "semeval": "en", "semeval2013": "en",
}  # fmt: skip
_TELLS = {"complaint": "negative", "praise": "positive"}
"""What an intent says of the sentiment (a complaint is always negative)."""
_SILENT = {*INTENTS, "other"} - _TELLS.keys()
"""Labels of files about intents that say nothing of it; their lines are passed over."""
_ASKED = 400


class Example(NamedTuple):
    """A text with the label a person gave it; `source` is the name of its file without ending."""

    text: str
    label: str
    language: str
    source: str
    intents: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Say whether it is kept for judging."""
        return self.source.endswith((HELD, "_val", "_test"))

    @property
    def own(self) -> bool:
        """Say whether it is from the project's own corpus."""
        return self.source.startswith(f"{CORPUS}/")


def read(paths: Iterable[Path], languages: Sequence[str]) -> list[Example]:
    """Read files and folders (*.jsonl, *.ndjson, *.tsv), sorted by name; raise `WrongInput` naming file and line."""
    return [example for path in paths for file in labelled(path) for example in _parsed(file, languages)]


def own_files(ending: str = "") -> list[Path]:
    """Return the files of the project's own corpus whose names end so."""
    return sorted((Path(__file__).parent / CORPUS).glob(f"*{ending}.tsv"))


def corpus() -> list[Example]:
    """Return the project's own labelled texts, the held ones included."""
    return [
        example._replace(source=f"{CORPUS}/{example.source}")
        for path in own_files()
        for example in rows(path, path.name.partition("_")[0])
    ]


def labelled(path: Path) -> list[Path]:
    """Return a file, or the files of labelled texts in a folder, sorted; raise `WrongInput` where there is none."""
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.suffix in {".jsonl", ".ndjson", ".tsv"})
        if not found:
            raise WrongInput(f"{path}: no *.jsonl, *.ndjson or *.tsv here; name files of labelled texts.")
        return found
    if not path.is_file():
        raise WrongInput(f"{path}: there is no such file.")
    return [path]


def _parsed(path: Path, languages: Sequence[str]) -> Iterator[Example]:
    stated = language_of(path.stem)
    if path.suffix == ".tsv":
        yield from rows(path, stated)
        return
    source = _text(path)
    told = (_object(line, path, number) for number, line in enumerate(source.splitlines(), 1) if line.strip())
    objects = [row | {"label": _TELLS.get(row["label"], row["label"])} for row in told if row["label"] not in _SILENT]
    if not objects:
        return
    fallback = stated or _guessed([row["text"] for row in objects[:_ASKED]], languages)
    for row in objects:
        said = row.get("language")
        yield Example(row["text"], row["label"], said if isinstance(said, str) else fallback, path.stem)


def language_of(name: str) -> str:
    """Return the language a file's name states ("umsab_german_val", "sb10k_de_dedup", "de_bank"), "" for none."""
    parts = name.lower().replace("-", "_").split("_")
    known = [_NAMES.get(part, part) for part in parts]
    return next((part for part in known if part in _NAMES.values()), "")


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise WrongInput(f"{path}:{number}: this is not JSON; give one object a line.") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise WrongInput(f'{path}:{number}: the field "text" is missing or not a string.')
    if row.get("label") not in {*LABELS, *_TELLS, *_SILENT}:
        raise WrongInput(f'{path}:{number}: "label" must be one of {", ".join(LABELS)}.')
    return row


def rows(path: Path, language: str) -> Iterator[Example]:
    """Read a file in the form of our own corpus, a text a line: sentiment, intents, text, separated by tabs."""
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        mark, *rest = line.split("\t")
        if mark not in _MARKS or len(rest) < 2:  # noqa: PLR2004 - intents and text
            raise WrongInput(f"{path}:{number}: give sentiment (-, 0 or +), intents and text, separated by tabs.")
        intents = () if rest[0] == "none" else tuple(rest[0].split(","))
        yield Example(rest[1], _MARKS[mark], language, path.stem, intents)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongInput(f"{path}: this is not UTF-8; save it as UTF-8.") from error


def _guessed(texts: Sequence[str], languages: Sequence[str]) -> str:
    """Return the language most of the texts are in."""
    mentions = [Mention("train", str(number), 0.0, text, Author("")) for number, text in enumerate(texts)]
    found = registry.load("analyzers", "language")(tuple(languages)).analyse(mentions, [NOT_ANALYSED] * len(mentions))
    said = [one.language for one in found if one.language != "unknown"]
    return max(sorted(set(said)), key=said.count) if said else "unknown"
