"""`emberwatch classify`, without configuration and Redis."""

import io
import json
import os
import subprocess
import sys
import threading

import pytest
import typer
from typer.testing import CliRunner

from ingest.commands import classify as verb
from ingest.commands.classify import LANGUAGES, Outcome, blocks, classify, command
from ingest.understanding import Understanding, build
from tests.unit.ingest.test_understanding import Poisonous

ANALYZERS = build(("language", "lexicon"), LANGUAGES)


def run(*lines: str | bytes, analyzers=None, explain=False) -> tuple[Outcome, list[dict], str]:
    complaints = io.StringIO()
    raw = [line.encode() if isinstance(line, str) else line for line in lines]
    understanding = Understanding(analyzers or ANALYZERS)
    written, outcome = classify(enumerate(raw, start=1), understanding, complaints, explain=explain)
    return outcome, [json.loads(line) for line in written.splitlines()], complaints.getvalue()


def test_the_same_objects_come_back_in_order_with_what_was_understood():
    outcome, rows, complaints = run('{"id": 1, "text": "Das ist eine Frechheit!"}\n', '{"id": 2, "text": "I love it"}')
    assert (outcome, complaints) == ((0, 0), "")
    assert [row["id"] for row in rows] == [1, 2]
    assert [row["language"] for row in rows] == ["de", "en"]
    assert [row["sentiment"]["label"] for row in rows] == ["negative", "positive"]
    assert [row["intents"] for row in rows] == [[], []]
    for row in rows:
        assert set(row["sentiment"]) == {"label", "negative", "neutral", "positive"}
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
        (b"\x00\x00", "this is not JSON"),
        ("", "this is not JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_are_kept(line, reason):
    outcome, rows, complaints = run('{"text": "gut"}', line, '{"text": "schlecht"}')
    assert outcome == (1, 0)
    assert len(rows) == 2
    assert complaints.startswith("line 2: ")
    assert reason in complaints


def test_half_a_character_and_a_language_that_is_none_do_no_harm():
    outcome, rows, _ = run('{"text": "gut \\ud83d", "language": 7}')
    assert outcome == (0, 0)
    assert rows[0]["text"] == "gut \ud83d"
    assert rows[0]["sentiment"]["label"] == "positive"


@pytest.mark.parametrize(
    "odd",
    [
        '{"text": "gut", "n": NaN}',
        '{"text": "gut", "n": 123456789012345678901234567890}',
        '{"text": "gut \\u0000 \\u200d"}',
        '\ufeff{"text": "gut"}',
        '{"text": "gut", "rating": true}',
        '{"text": "gut", "rating": 1e999}',
        '{"text": "gut", "rating": NaN}',
        '{"text": "gut", "rating": 5}',
    ],
)
def test_odd_lines_come_back_as_they_are(odd):
    outcome, rows, complaints = run(odd)
    assert (outcome, complaints) == ((0, 0), "")
    wanted = json.loads(odd.lstrip("\ufeff"))
    assert str({name: rows[0][name] for name in wanted}) == str(wanted)


def test_a_text_of_ten_megabytes_is_a_text():
    text = "Das ist eine Frechheit! " * 420_000
    outcome, rows, _ = run(json.dumps({"text": text}))
    assert (outcome, rows[0]["text"] == text, rows[0]["sentiment"]["label"]) == ((0, 0), True, "negative")


def test_a_text_that_an_analyzer_cannot_bear_comes_back_with_what_the_others_found():
    outcome, rows, complaints = run(
        '{"text": "gut"}', '{"text": "poison ist schlecht"}', analyzers=[*ANALYZERS, Poisonous(())]
    )
    assert (outcome, [row["sentiment"]["label"] for row in rows]) == ((0, 1), ["positive", "negative"])
    assert complaints.startswith("line 2: the analyzer `poisonous` failed (ZeroDivisionError)")


def test_intents_carry_their_evidence_and_sentiment_does_when_asked():
    _, rows, _ = run('{"text": "wann kommt der gute Techniker"}', analyzers=[*ANALYZERS, Poisonous(())], explain=True)
    assert rows[0]["intents"] == [
        {"label": "query", "score": 0.9, "evidence": [{"text": "wann", "start": 0, "end": 4}]}
    ]
    [word] = rows[0]["sentiment"]["evidence"]
    assert (word["text"], word["start"], word["end"], word["weight"] > 0) == ("gute", 15, 19, True)


def app() -> typer.Typer:
    made = typer.Typer()
    made.command()(command)
    return made


def test_the_verb_exits_with_2_if_a_line_was_bad():
    good = CliRunner().invoke(app(), input='{"text": "Prima, vielen Dank!"}\n')
    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout)["sentiment"]["label"] == "positive"
    bad = CliRunner().invoke(app(), input='{"text": "prima \\ud83d ä"}\n{}\n')
    assert json.loads(bad.stdout)["text"] == "prima \ud83d ä"
    assert bad.exit_code == 2
    assert "line 2" in bad.stderr


def test_brand_names_are_no_evidence_and_languages_are_those_named():
    said = '{"text": "Gut & Günstig und Super Marke"}\n{"text": "ce n\'est pas possible, je suis furieux"}\n'
    told = CliRunner().invoke(
        app(), ["--brand-names", "Gut & Günstig, Super Marke", "--languages", "de,fr", "--explain"], input=said
    )
    first, second = map(json.loads, told.stdout.splitlines())
    assert first["sentiment"]["evidence"] == []
    assert second["language"] == "fr"
    assert "tlh: no such language" in str(CliRunner().invoke(app(), ["--languages", "de,tlh"], input="").exception)
    assert "No language is given" in str(CliRunner().invoke(app(), ["--languages", ","], input="").exception)


class Pipe(io.BytesIO):
    """Hands out what was written at once, at once."""

    def __init__(self, *chunks: bytes) -> None:
        super().__init__()
        self._chunks = list(chunks)

    def read1(self, size=-1):
        return self._chunks.pop(0) if self._chunks else b""


def test_lines_are_numbered_whatever_the_chunks_and_empty_ones_are_passed_over(monkeypatch):
    assert list(blocks(Pipe(b"a\n", b"b", b"c\n\n", b"\nd\ne"))) == [
        [(1, b"a")],
        [(2, b"bc")],
        [(5, b"d")],
        [(6, b"e")],
    ]
    assert list(blocks(Pipe())) == []
    monkeypatch.setattr(verb, "LONGEST", 3)
    assert list(blocks(Pipe(b"abc\nab", b"cd", b"e\nabc\n", b"ab", b"cd"))) == [
        [(1, b"abc")],
        [(2, None), (3, b"abc")],
        [(4, None)],
    ]
    assert "longer than" in run_of([(4, None)])


def run_of(lines) -> str:
    complaints = io.StringIO()
    classify(lines, Understanding(), complaints)
    return complaints.getvalue()


def test_a_line_typed_is_answered_at_once():
    words = "from ingest.commands.classify import command; command(languages='de,en', brand_names='', explain=False)"
    with subprocess.Popen([sys.executable, "-c", words], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        guard = threading.Timer(60, process.kill)
        guard.start()
        for text in ("gut", "schlecht"):
            os.write(process.stdin.fileno(), json.dumps({"text": text}).encode() + b"\n")
            assert json.loads(process.stdout.readline())["text"] == text
        process.stdin.close()
        assert process.wait() == 0
        guard.cancel()
