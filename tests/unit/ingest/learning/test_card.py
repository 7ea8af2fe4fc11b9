import json
from pathlib import Path

import pytest

from ingest.learning import card
from ingest.learning.verdicts import shipped

ROOT = Path(__file__).parents[4]
MODELS = ROOT / "ingest" / "models"
PAGE = (ROOT / "docs" / "models" / "sentiment.md").read_text("utf-8")
TOLD = json.loads((MODELS / "sentiment.json").read_text("utf-8"))
LARGEST = 20_000_000


def test_the_tables_of_the_card_are_those_the_training_wrote():
    assert card.filled(PAGE, TOLD) == PAGE


def test_a_figure_typed_by_hand_is_noticed():
    assert card.filled(PAGE.replace("| de |", "| de  |", 1), TOLD) != PAGE.replace("| de |", "| de  |", 1)


def test_the_figures_are_those_of_the_shipped_weights():
    assert TOLD["model"] == shipped().name
    assert TOLD["threshold"] == pytest.approx(shipped().calibration.threshold.tolist(), abs=1e-4)
    assert not [source for source in TOLD["learned"] if source.endswith(("_held", "_val", "_test"))]


def test_all_models_together_are_small():
    assert sum(file.stat().st_size for file in MODELS.iterdir()) < LARGEST
