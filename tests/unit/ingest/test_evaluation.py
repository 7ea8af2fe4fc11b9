"""`emberwatch evaluate`: samples, figures that are right where we know them, and what it prints."""

import io
import json

import numpy as np
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from app.domain.analysis import Analysis, Intent, Sentiment
from app.errors import WrongInput
from ingest.commands.evaluate import command
from ingest.evaluation import footprint, peers, samples
from ingest.evaluation.figures import evaluate
from ingest.evaluation.samples import Sample, Set
from ingest.evaluation.table import tables
from ingest.evaluation.targets import TARGETS
from ingest.understanding import Understanding


class Oracle:
    """Finds what the text says that it finds: sentiment, intents, language, separated by bars."""

    name = "oracle"

    def __init__(self, languages=(), brands=()):
        pass

    def analyse(self, mentions, found):
        return [self._one(mention.text) for mention in mentions]

    def _one(self, text):
        feeling, intents, language, *_ = (*text.split("|"), "", "", "")
        parts = {"-": (0.8, 0.1, 0.1), "+": (0.1, 0.1, 0.8), "?": (0.4, 0.3, 0.3)}.get(feeling[:1], (0.1, 0.8, 0.1))
        label = "uncertain" if feeling[:1] == "?" else ("negative", "neutral", "positive")[int(np.argmax(parts))]
        wanted = tuple(Intent(intent, 0.9) for intent in intents.split(",") if intent)
        return Analysis(language or "unknown", Sentiment(label, *parts), wanted)


def figures(*sets: Set, with_peers=False):
    return evaluate(Understanding([Oracle()]), sets, lambda name: None, peers=with_peers)


def test_figures_are_right_where_we_know_them():
    said = Set(
        "german",
        "de",
        (
            Sample("-|complaint|de", "negative", frozenset({"complaint"})),
            Sample("+|praise|de", "positive", frozenset({"praise", "review"})),
            Sample("0||en", "neutral", frozenset()),
            Sample("?|complaint|de", "positive", frozenset()),
        ),
        ("complaint", "review", "praise"),
    )
    found = figures(said)
    [feelings], [wishes], [tongues] = found.sentiment, found.intents, found.languages
    assert (feelings.posts, feelings.accuracy, feelings.uncertain, feelings.sure_accuracy) == (4, 0.75, 0.25, 1.0)
    assert feelings.macro_f1.value == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    assert feelings.macro_f1.low <= feelings.macro_f1.value <= feelings.macro_f1.high
    assert feelings.macro_recall.value == pytest.approx((1 + 1 + 0.5) / 3)
    assert wishes.by_label == {"complaint": pytest.approx(2 / 3), "review": 0.0, "praise": 1.0}
    assert wishes.macro_f1.value == pytest.approx((2 / 3 + 1) / 3)
    assert tongues.accuracy == 0.75


def test_sets_of_a_language_are_pooled_and_peers_read_the_same_posts():
    first = Set("a", "en", (Sample("I love this, great!", "positive", None), Sample("terrible", "negative", None)))
    second = Set("b", "en", (Sample("the bus", "neutral", None),))
    third = Set("c", None, (Sample("-", "negative", None),))
    found = figures(first, second, third, with_peers=True)
    assert [(one.name, one.posts) for one in found.sentiment] == [("a", 2), ("b", 1), ("c", 1), ("all en", 3)]
    assert found.sentiment[-1].peers == {"TextBlob": 1.0, "VADER": 1.0}
    assert set(found.peer_rates) == {"TextBlob", "VADER"}
    assert [one.name for one in found.languages] == ["a", "b", "all en"]


def test_intents_of_files_that_ask_for_different_ones_are_not_pooled():
    first = Set("a", "en", (Sample("|lead", None, frozenset({"lead"})),), ("lead",))
    second = Set("b", "en", (Sample("|complaint", None, frozenset({"complaint"})),), ("complaint",))
    found = figures(first, second)
    assert [(one.name, one.macro_f1.value) for one in found.intents] == [("a", 1.0), ("b", 1.0)]
    assert found.sentiment == ()


def test_samples_are_read_from_files_and_folders(tmp_path):
    (tmp_path / "umsab_german_val.jsonl").write_text(
        '{"text": "gut", "label": "positive"}\n\n{"text": "x", "label": "neutral"}\n'
    )
    (tmp_path / "leads.ndjson").write_text('{"text": "buy", "label": "lead"}\n{"text": "x", "label": "other"}\n')
    (tmp_path / "both_en.jsonl").write_text('{"text": "x", "label": "negative", "intents": ["complaint", "query"]}\n')
    (tmp_path / "our_de.tsv").write_text("# words\n-\tcomplaint,request\tkaputt\n0\tnone\tder Bus\n")
    both, leads, ours, german = samples.read([tmp_path])
    assert (german.language, german.asked, len(german.samples)) == ("de", (), 2)
    assert (leads.language, leads.asked, leads.samples[1].intents) == (None, ("lead",), frozenset())
    assert (both.language, both.samples[0]) == ("en", Sample("x", "negative", frozenset({"complaint", "query"})))
    assert ours.samples[1] == Sample("der Bus", "neutral", frozenset())
    assert samples.read([tmp_path / "leads.ndjson"])[0].name == "leads"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "bad.jsonl:1: "),
        ("[]", "there is no `text`"),
        ('{"text": "x"}', "the label `None` is neither"),
        ('{"text": "x", "label": "happy"}', "the label `happy` is neither"),
        ('{"text": "x", "sentiment": "happy"}', "`happy` is no sentiment"),
        ('{"text": "x", "intents": ["murmur"]}', "`murmur` is no intent"),
    ],
)
def test_a_bad_sample_is_named_with_its_line(tmp_path, line, said):
    (tmp_path / "bad.jsonl").write_text(line)
    with pytest.raises(WrongInput, match=r"give \{") as caught:
        samples.read([tmp_path])
    assert said in str(caught.value)


def test_a_bad_line_of_a_table_is_named(tmp_path):
    (tmp_path / "ours_de.tsv").write_text("-\tcomplaint\tkaputt\nkaputt\n")
    with pytest.raises(WrongInput, match=r"ours_de\.tsv:2: give sentiment"):
        samples.read([tmp_path])


def test_files_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WrongInput, match="there is no such file"):
        samples.read([tmp_path / "away.jsonl"])
    with pytest.raises(WrongInput, match="here; name files of labelled texts"):
        samples.read([tmp_path])


def test_our_own_held_out_texts_are_both_languages_and_every_label():
    sets = samples.held_out()
    assert {one.language for one in sets} == {"de", "en"}
    assert {sample.sentiment for one in sets for sample in one.samples} == {"negative", "neutral", "positive"}


def test_peers_judge_as_they_come():
    assert list(peers.textblob(["great", "terrible", "the bus"]).classes) == [2, 0, 1]
    assert list(peers.vader(["great", "terrible", "the bus"]).classes) == [2, 0, 1]


def test_what_is_reached_is_marked():
    assert [TARGETS["sentiment.de"].mark(value) for value in (70.0, 67.0, 66.9)] == ["✓✓", "✓", "✗"]
    assert [TARGETS["disk"].mark(value) for value in (9.0, 20.0, 20.1)] == ["✓✓", "✓", "✗"]


def printed(found) -> str:
    console = Console(width=200, file=io.StringIO())
    for table in tables(found, 1.0, footprint.Memory(50.0, 90.0)):
        console.print(table)
    return console.file.getvalue()


def test_tables_hold_what_there_is():
    few = printed(figures(Set("a", None, (Sample("x", "neutral", None),))))
    assert "Sentiment" in few
    assert "Intents" not in few
    row = Sample("I love this|praise", "positive", frozenset({"praise"}))
    everything = printed(figures(Set("few", "en", (row,), ("praise",)), with_peers=True))
    words = (
        "TextBlob",
        "VADER",
        "Intents",
        "Language",
        "posts a second on one core",
        "64/67",
        "40 over 50",
        "300/150 ✓✓",
    )
    assert [word for word in words if word not in everything] == []


def test_the_verb_tells_machines(tmp_path):
    (tmp_path / "few_en.jsonl").write_text(
        '{"text": "I love this, thanks!", "label": "positive", "intents": ["praise"]}\n'
        '{"text": "This is terrible.", "label": "negative", "intents": ["complaint"]}\n'
    )
    app = typer.Typer()
    app.command()(command)
    told = json.loads(CliRunner().invoke(app, [str(tmp_path), "--json", "--no-peers"]).stdout)
    assert (told["sentiment"][0]["posts"], told["sentiment"][0]["peers"]) == (2, {})
    assert 5 < told["memory"]["bare"] < told["memory"]["peak"] < 600
    assert told["cost"]["rate"]["reached"] in {"aim", "must", "missed"}


@pytest.mark.long
def test_the_verb_prints_tables_of_our_own_held_out_texts():
    app = typer.Typer()
    app.command()(command)
    said = CliRunner().invoke(app, [])
    assert said.exit_code == 0, said.output
    assert said.stdout.count("_held") >= 6
