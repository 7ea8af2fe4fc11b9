import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from app.domain.analysis import INTENTS
from app.errors import WrongInput
from ingest.commands.train import command as train_command
from ingest.intents.heads import load, shortened
from ingest.intents.reading import names, read
from ingest.intents.training import best_cut, cues_alone, f1, judged, train
from ingest.learning.examples import Example

SAYINGS = {
    "complaint": "Seit {} Tagen ist die Leitung {} tot",
    "query": "Wann öffnet die Filiale {} am {}?",
    "suggestion": "Es wäre schön, wenn ihr {} auch {} anbieten könntet",
    "request": "Bitte stornieren Sie Bestellung {} vom {}",
    "review": "{} von 10 Punkten, Fazit: {} empfehlenswert",
    "praise": "Danke für {} und {}, ihr seid super",
    "lead": "Suche {} in {}, kann jemand einen Anbieter empfehlen?",
    "none": "Heute {} und {} gesehen",
}
FILLERS = ("zwölf", "vier", "rot", "Ulm", "Bad", "Tee", "Hof", "Kino")


def examples(source, *, held=False):
    name = source + ("_held" if held else "")
    return [
        Example(saying.format(one, two), "neutral", "de", name, () if intent == "none" else (intent,))
        for intent, saying in SAYINGS.items()
        for one in FILLERS[: 2 if held else 5]
        for two in FILLERS[2:5]
    ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "intent.npz"
    taught = [*examples("corpus/de_one"), *examples("corpus/de_two"), *examples("corpus/de_three", held=True)]
    return path, train(path, taught)


def test_heads_learn_what_is_plain(trained):
    path, figures = trained
    assert figures["texts"] == 2 * 8 * 5 * 3
    assert figures["folds"]["de"]["macro"] > 90
    assert figures["held"]["all"]["macro"] > 90
    assert figures["held, with the analyzer's rules"]["all"]["macro"] > 80
    assert json.loads(path.with_suffix(".json").read_text()) == figures
    told, scores = judged(load(path), examples("x"))
    assert told.shape == scores.shape == (120, len(INTENTS))
    assert ((scores >= 0) & (scores <= 1)).all()


def test_heads_name_the_words_that_spoke(trained):
    text = "Ach: Bitte stornieren Sie Bestellung rot"
    heads, reading = load(trained[0]), read([text], ["de"])
    said = [text[start:end] for start, end, worth in heads.telling(reading, 0, INTENTS.index("request"))]
    assert set(said) & {"Bitte", "stornieren", "Bestellung"}
    assert heads.telling(read([""], ["de"]), 0, 0) == []


def test_weights_of_a_byte_are_summed_exactly(trained):
    heads, reading = load(trained[0]), read(["Wann öffnet die Filiale?", "", "kaputt " * 500], ["de"] * 3)
    bags = (reading.features.words, reading.features.letters)
    slow = reading.columns @ heads.columns
    for number, (bag, table) in enumerate(zip(bags, (heads.words, heads.letters), strict=True)):
        for text in range(3):
            places = bag.indices[bag.pointers[text] : bag.pointers[text + 1]] >> 2
            slow[text] += table[places].astype(np.int64).sum(0) * heads.scale[number] * bag.scale[text]
    score = 1 / (1 + np.exp(-(slow * heads.slope + heads.intercept)))
    assert heads.score(reading) == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda path: path.unlink(), "cannot be read"),
        (lambda path: path.write_bytes(b"no archive"), "cannot be read"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "cannot be read"),
        (lambda path: _rewritten(path, edition=np.array("0")), "another version"),
        (lambda path: _rewritten(path, names=np.array(names()[1:])), "another version"),
        (lambda path: _rewritten(path, scale=None), "cannot be read"),
    ],
)
def test_a_harmed_file_is_refused_with_a_sentence(trained, tmp_path, harm, sentence):
    path = tmp_path / "intent.npz"
    path.write_bytes(trained[0].read_bytes())
    harm(path)
    with pytest.raises(WrongInput, match=rf"{sentence}.* --what intent --out .*intent\.npz`"):
        load(path)


def _rewritten(path, **changed):
    with np.load(path) as kept:
        arrays = {name: changed.get(name, kept[name]) for name in kept.files}
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def test_a_cut_is_where_f1_is_best():
    sums = np.arange(100, dtype=np.float32)
    assert best_cut(sums, sums >= 60) == pytest.approx(60, abs=5)


def test_a_planted_error_lowers_f1():
    truth = np.array([[True, False], [False, True], [True, True]])
    assert f1(truth, truth).tolist() == [1, 1]
    assert f1(truth, ~truth).tolist() == [0, 0]
    wrong = truth.copy()
    wrong[0, 0] = False
    assert f1(truth, wrong)[0] == pytest.approx(2 / 3)


def test_cues_alone_tell_what_is_plain():
    found = cues_alone([one for one in examples("x") if one.intents in {("request",), ("lead",)}])
    assert found.mean(0)[INTENTS.index("request")] >= 0.4
    assert found.mean(0)[INTENTS.index("lead")] >= 0.4


def test_shortened_weights_are_near(tmp_path):
    weights = np.random.default_rng(0).normal(size=(50, 7)).astype(np.float32)
    table, scale = shortened(weights)
    assert np.abs(table * scale - weights).max() <= np.abs(weights).max() / 127
    with pytest.raises(WrongInput):
        load(tmp_path / "nothing.npz")


def test_the_command_learns_intents_from_a_folder(tmp_path):
    for name in ("de_eins", "de_zwei"):
        rows = [f"0\t{','.join(one.intents)}\t{one.text}" for one in examples(name) if one.intents]
        (tmp_path / f"{name}.tsv").write_text("\n".join(rows), "utf-8")
    app = typer.Typer()
    app.command()(train_command)
    out = tmp_path / "made" / "intent.npz"
    done = CliRunner().invoke(app, [str(tmp_path), "--what", "intent", "--no-corpus", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "folds de: macro" in done.output
    assert load(out).threshold.shape == (len(INTENTS),)
