"""`emberwatch classify`, without configuration and Redis."""

import io
import json

import pytest
import typer
from typer.testing import CliRunner

from ingest.commands.classify import LANGUAGES, classify, command
from ingest.understanding import build
from tests.unit.ingest.test_understanding import Poisonous

ANALYZERS = build(("language", "lexicon"), LANGUAGES)


def run(*lines: str | bytes, analyzers=None) -> tuple[int, list[dict], str]:
    out, complaints = io.StringIO(), io.StringIO()
    raw = [line.encode() if isinstance(line, str) else line for line in lines]
    bad = classify(raw, out, complaints, analyzers or ANALYZERS)
    return bad, [json.loads(line) for line in out.getvalue().splitlines()], complaints.getvalue()


def test_the_same_objects_come_back_in_order_with_what_was_understood():
    bad, rows, complaints = run(
        '{"id": 1, "text": "Das ist eine Frechheit!"}\n', "\n", '{"id": 2, "text": "I love it"}'
    )
    assert (bad, complaints) == (0, "")
    assert [row["id"] for row in rows] == [1, 2]
    assert [row["language"] for row in rows] == ["de", "en"]
    assert [row["sentiment"]["label"] for row in rows] == ["negative", "positive"]
    assert [row["intents"] for row in rows] == [[], []]
    for row in rows:
        parts = [row["sentiment"][name] for name in ("negative", "neutral", "positive")]
        assert sum(parts) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "this is not JSON"),
        ("[1]", "give an object"),
        ('{"txt": "x"}', '"text" is missing'),
        ('{"text": 5}', '"text" is missing or not a string'),
        (b'{"text": "\xff"}', "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_are_kept(line, reason):
    bad, rows, complaints = run('{"text": "gut"}', line, '{"text": "schlecht"}')
    assert bad == 1
    assert len(rows) == 2
    assert complaints.startswith("line 2: ")
    assert reason in complaints


def test_half_a_character_and_a_language_that_is_none_do_no_harm():
    bad, rows, _ = run('{"text": "gut \\ud83d", "language": 7}')
    assert bad == 0
    assert rows[0]["text"] == "gut \ud83d"
    assert rows[0]["sentiment"]["label"] == "positive"


def test_a_text_that_an_analyzer_cannot_bear_costs_one_line():
    bad, rows, complaints = run('{"text": "gut"}', '{"text": "poison"}', analyzers=[*ANALYZERS, Poisonous(())])
    assert (bad, len(rows)) == (1, 1)
    assert complaints == "line 2: an analyzer failed: ZeroDivisionError\n"


def test_intents_carry_their_evidence():
    _, rows, _ = run('{"text": "wann kommt der Techniker"}', analyzers=[*ANALYZERS, Poisonous(())])
    assert rows[0]["intents"] == [
        {"label": "query", "score": 0.9, "evidence": [{"text": "wann", "start": 0, "end": 4}]}
    ]


def test_the_verb_exits_with_2_if_a_line_was_bad():
    app = typer.Typer()
    app.command()(command)
    good = CliRunner().invoke(app, input='{"text": "prima"}\n')
    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout)["sentiment"]["label"] == "positive"
    bad = CliRunner().invoke(app, input='{"text": "prima \\ud83d ä"}\n{}\n')
    assert json.loads(bad.stdout)["text"] == "prima \ud83d ä"
    assert bad.exit_code == 2
    assert "line 2" in bad.stderr
