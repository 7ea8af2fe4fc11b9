import json
from pathlib import Path

ROOT = Path(__file__).parents[4]


def rows(card):
    """Return the rows of figures of a card as tuples: what was judged, language, figures."""
    table = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("| ") and "**" in line]
    return [(cells[0], cells[1], [float(cell.strip("*")) for cell in cells[2:]]) for cells in table]


def test_the_card_shows_the_figures_of_the_model():
    figures = json.loads((ROOT / "ingest/models/intent.json").read_text())
    card = (ROOT / "docs/models/intent.md").read_text("utf-8")
    names = {
        "both": "folds",
        "model alone": "folds, model alone",
        "cues alone": "folds, cues alone",
        "held, both": "held",
    }
    shown = rows(card)
    assert len(shown) == 18
    for judged, language, values in shown:
        assert list(figures[names.get(judged, judged)][language].values()) == values
    assert str(figures["texts"]) in card


def test_a_planted_figure_is_seen():
    assert rows("| both | de | **1.0** | 2 |") == [("both", "de", [1.0, 2.0])]
