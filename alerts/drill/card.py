"""The scorecard as a table, in both languages."""

from collections.abc import Iterator

from rich.table import Table

from app.domain.drill import STAMP, TARGETS, Drill, Scorecard

ROWS = {
    "raised": "Alarm (Maschine) / alarm (the machine)",
    "acknowledged": "Zur Kenntnis genommen / acknowledged",
    "owned": "Übernommen / owned",
    "statement": "Erste Stellungnahme / first statement",
    "resolved": "Beendet / resolved",
}


def table(drill: Drill, card: Scorecard) -> Table:
    """Return how fast people were, against the targets."""
    made = Table(title=f"{STAMP} {drill.scenario} · {drill.brand}", title_style="bold")
    for head in ("", "Zeit / time", "Ziel / target", ""):
        made.add_column(head, justify="left" if not head else "right")
    for name, words in ROWS.items():
        took: float | None = getattr(card, name)
        within = card.within(name)
        made.add_row(
            words,
            _time(took),
            _time(TARGETS[name]) if name in TARGETS else "",
            "" if within is None else "ja / yes" if within else "nein / no",
        )
    for words, value in _figures(card):
        made.add_row(words, value, "", "")
    return made


def _figures(card: Scorecard) -> Iterator[tuple[str, str]]:
    yield "Höchste Stufe / highest level", str(card.highest_level)
    yield "Schritte abgehakt / steps ticked", str(card.steps)
    yield "Beiträge / mentions", str(card.mentions)
    yield "Nachrichten an Beteiligte / messages to those taking part", str(card.told)
    if card.would_tell:
        yield "Im Ernstfall zuerst / for real, first", ", ".join(card.would_tell)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d} min"
