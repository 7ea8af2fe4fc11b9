"""`emberwatch train --brand` says what came of it, in words and in JSON."""

import json

import pytest
from msgspec.structs import replace

from app.cli import main
from app.domain.schooling import Schooling
from ingest.commands.lessons import sentences
from tests.unit.ingest.learning.test_schooling import lessons
from tests.unit.ingest.test_teaching import LABELS, heard, judged

TRIED = Schooling("learned", 300, 0.4, 0.48, 0.5, 0.62, 0.99, 0.68, 0.65, (0.2, 0.7, 0.1), 2000)


def run(tmp_path, *words):
    """Run the verb as the shell does; return how it ended."""
    with pytest.raises(SystemExit) as ended:
        main(["train", "--brand", "nordlicht", "--data", str(tmp_path), *words])
    return ended.value.code


def test_a_brand_learns_and_forgets_from_the_command_line(store, identity, tmp_path, capsys):
    told = lessons()
    judged(store, heard(store, identity, [one.text for one in told]), [LABELS[one.label] for one in told])
    assert not run(tmp_path, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["brand"], found["number"], found["outcome"], found["in_force"]) == ("nordlicht", 1, "learned", True)
    assert not run(tmp_path, "--forget")
    assert capsys.readouterr().out == "Forgotten: the brand is judged by the shipped model alone.\n"
    with store.reading() as tx:
        assert tx.brand_models.in_force() == {"nordlicht": 2}


def test_a_brand_without_mentions_is_wrong_input(store, tmp_path, capsys):
    del store
    assert run(tmp_path) == 2
    assert "no mention of `nordlicht`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("learned", "Kept"), ("no_better", "no better"), ("harmful", "contradict"), ("too_few", "too few")],
)
def test_every_verdict_has_its_sentence(outcome, word):
    found = sentences(replace(TRIED, outcome=outcome))
    assert any(word in line for line in found)
    assert "  macro-F1 40.0 before, 48.0 after" in found
    assert found[-1].startswith("Shares among 2000 mentions")
