"""The figures of an evaluation as tables that a person reads."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from app.domain.analysis import INTENTS
from ingest.evaluation.figures import Figures
from ingest.evaluation.footprint import Memory
from ingest.evaluation.targets import TARGETS, Target
from ingest.learning.metrics import Interval

NARROW = {"justify": "right", "no_wrap": True}


def tables(figures: Figures, disk: float, memory: Memory) -> Iterator[Table]:
    """Yield sentiment, intents, languages, and cost."""
    if figures.sentiment:
        yield _sentiment(figures)
    if figures.intents:
        yield _intents(figures)
    if figures.languages:
        yield _languages(figures)
    yield _cost(figures, disk, memory)


def _sentiment(figures: Figures) -> Table:
    peers = list(figures.peer_rates)
    heads = ("posts", "macro-F1", "must/aim", "recall", "accuracy", "surest 80 %", "uncertain", "ECE")
    table = _table("Sentiment, in percent, 95 % intervals", "set", *heads, *peers)
    for row in figures.sentiment:
        target = TARGETS.get(f"sentiment.{row.language}")
        gain = TARGETS["gain"].mark(100 * (row.sure_accuracy - row.accuracy))
        table.add_row(
            row.name,
            f"{row.posts:,}",
            _between(row.macro_f1),
            _asked(target, 100 * row.macro_f1.value),
            _between(row.macro_recall),
            _percent(row.accuracy),
            f"{_percent(row.sure_accuracy)} {gain}",
            _percent(row.uncertain),
            f"{row.calibration_error:.3f} {TARGETS['calibration'].mark(row.calibration_error)}",
            *(_percent(row.peers.get(name)) for name in peers),
        )
    return table


def _intents(figures: Figures) -> Table:
    table = _table("Intents, F1 in percent", "set", "posts", "macro-F1", "must/aim", *INTENTS)
    for row in figures.intents:
        table.add_row(
            row.name,
            f"{row.posts:,}",
            _between(row.macro_f1),
            _asked(TARGETS["intents"], 100 * row.macro_f1.value),
            *(_percent(row.by_label.get(label)) for label in INTENTS),
        )
    return table


def _languages(figures: Figures) -> Table:
    table = _table("Language told right, in percent", "set", "language", "posts", "right", "must/aim")
    for row in figures.languages:
        right = 100 * row.accuracy
        table.add_row(row.name, row.language, f"{row.posts:,}", f"{right:.1f}", _asked(TARGETS["language"], right))
    return table


def _cost(figures: Figures, disk: float, memory: Memory) -> Table:
    table = _table("Cost", "what", "here", "must/aim")
    rates = {"posts a second on one core": figures.rate} | {
        f"the same by {name}": rate for name, rate in figures.peer_rates.items()
    }
    for place, (what, rate) in enumerate(rates.items()):
        table.add_row(what, f"{rate:,.0f}", "" if place else _asked(TARGETS["rate"], rate))
    table.add_row("model files, MB", f"{disk:.1f}", _asked(TARGETS["disk"], disk))
    told = f"{memory.extra:.0f} over {memory.bare:.0f}"
    table.add_row("memory of a worker over the bare import, MB", told, _asked(TARGETS["memory"], memory.extra))
    return table


def _table(title: str, first: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first, overflow="fold")
    for head in heads:
        narrow: Any = NARROW
        table.add_column(head, **narrow)
    return table


def _between(interval: Interval) -> str:
    return f"{100 * interval.value:.1f} ({100 * interval.low:.0f}-{100 * interval.high:.0f})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _asked(target: Target | None, value: float) -> str:
    return "" if target is None else f"{target.must:g}/{target.aim:g} {target.mark(value)}"
