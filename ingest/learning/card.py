"""The figures of a model, written beside it by the training, and the tables of its card drawn from them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.learning import metrics
from ingest.learning.examples import Example
from ingest.learning.training import Prepared
from ingest.learning.verdicts import SentimentModel

BEGIN, END = "<!-- figures: machine-written -->", "<!-- end of figures -->"
DRAWS = 400
_LEAST = 60
"""Texts below which a set says too little."""
_COLUMNS = {
    "texts": "texts",
    "macro-F1 (95 %)": "macro_f1",
    "macro-recall (95 %)": "macro_recall",
    "accuracy": "accuracy",
    "of the surest 80 %": "sure_accuracy",
    "uncertain": "uncertain",
    "calibration error": "calibration_error",
}
_TITLES = {"held": "kept back, never learned", "out": "whole source left out of the training"}


def measured(model: SentimentModel, examples: Sequence[Example], kind: str = "held") -> list[dict[str, Any]]:
    """Return one row of figures for each source of held examples, with 95 % intervals; percentages."""
    rows = []
    for source, language in sorted({(example.source, example.language) for example in examples}):
        chosen = [example for example in examples if (example.source, example.language) == (source, language)]
        if len(chosen) >= _LEAST:
            rows.append(_row(model, chosen, source, language, kind))
    return rows


def _row(model: SentimentModel, chosen: list[Example], source: str, language: str, kind: str) -> dict[str, Any]:
    found = model.judge([example.text for example in chosen], [language] * len(chosen))
    likely = found.probabilities
    truth = metrics.numbers([example.label for example in chosen])
    guess = likely.argmax(1)
    doubt = metrics.margins(likely) < found.limits
    f1 = metrics.bootstrap(metrics.macro_f1, truth, guess, draws=DRAWS)
    recall = metrics.bootstrap(metrics.macro_recall, truth, guess, draws=DRAWS)
    return {
        "source": source,
        "language": language,
        "kind": kind,
        "texts": len(chosen),
        "macro_f1": _percent(*f1),
        "macro_recall": _percent(*recall),
        "accuracy": _percent(metrics.accuracy(truth, guess))[0],
        "sure_accuracy": _percent(metrics.selective_accuracy(truth, likely))[0],
        "uncertain": _percent(float(doubt.mean()))[0],
        "calibration_error": round(metrics.calibration_error(truth, likely), 3),
    }


def facts(model: SentimentModel, data: Prepared, rows: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    """Return all that is told of a model: what it learned from, and how right it is."""
    learned: dict[str, dict[str, int]] = {}
    for example in data.learned:
        counts = learned.setdefault(f"{example.language} {example.source}", dict.fromkeys(metrics.CLASSES, 0))
        counts[example.label] += 1
    return {
        "model": model.name,
        "seed": seed,
        "threshold": model.calibration.threshold.round(4).tolist(),
        "near_copies_left_out": data.copies,
        "learned": dict(sorted(learned.items())),
        "figures": list(rows),
    }


def written(path: Path, told: dict[str, Any]) -> None:
    """Write the figures as JSON."""
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


def tables(told: dict[str, Any]) -> str:
    """Return the tables of the model card in Markdown."""
    titles = ("language", "texts from", "kind", *_COLUMNS)
    lines = [_line(titles), _line(["---"] * len(titles))]
    lines += [
        _line(
            (row["language"], row["source"], _TITLES[row["kind"]], *(_shown(row[name]) for name in _COLUMNS.values()))
        )
        for row in told["figures"]
    ]
    lines += ["", _line(("learned from", *metrics.CLASSES)), _line(["---"] * 4)]
    lines += [_line((source, *counts.values())) for source, counts in told["learned"].items()]
    return "\n".join(lines)


def filled(page: str, told: dict[str, Any]) -> str:
    """Return a page with the tables between its two marks drawn anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables(told)}\n\n{END}{after}"


def _percent(*values: float) -> list[float]:
    return [round(100 * float(np.float64(value)), 1) for value in values]


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _shown(figure: float | list[float]) -> str:
    if isinstance(figure, list):
        value, low, high = figure
        return f"{value} ({low} to {high})"
    return str(figure)
