import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from app.errors import WrongInput
from ingest.commands.train import command as train
from ingest.learning import card, training, verdicts
from ingest.learning.brand import LEAST, adapt
from ingest.learning.calibration import calibrated, softmax
from ingest.learning.duplicates import first_of_its_kind, like_any, signatures
from ingest.learning.examples import Example, corpus, language_of, read
from ingest.learning.features import BITS, featurize
from ingest.learning.head import groups, load
from ingest.learning.matrix import fit_head, matrix, rarity
from ingest.learning.metrics import accuracy, calibration_error, macro_f1, numbers
from tests.unit.ingest.learning.made_up import WORDS, examples

SILENT = str


@pytest.fixture(scope="module")
def model():
    return training.train(examples(), SILENT)


def test_what_was_learned_is_told_apart_on_unseen_texts(model):
    unseen = examples(90, seed=5)
    found = model.judge([one.text for one in unseen], ["de"] * 90)
    assert macro_f1(numbers([one.label for one in unseen]), found.probabilities.argmax(1)) > 0.85
    assert found.probabilities.sum(1) == pytest.approx(np.ones(90))
    assert found.told.all()


def test_the_same_texts_and_seed_make_the_same_file_and_it_reads_back(model, tmp_path):
    again = training.train(examples(), SILENT)
    verdicts.write(tmp_path / "one.npz", model)
    verdicts.write(tmp_path / "two" / "two.npz", again)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two" / "two.npz").read_bytes()
    texts = ["alles prima, flott und heiter", "mies und teuer"]
    first, second = (one.judge(texts, ["de", "unknown"]) for one in (model, verdicts.read(tmp_path / "one.npz")))
    assert np.allclose(first.probabilities, second.probabilities)
    assert first.spans == second.spans


@pytest.mark.parametrize(
    "harm", ["missing", "empty", "cut", "bits", "other features", "other shape", "no head", "no numbers"]
)
def test_a_model_that_cannot_be_used_is_named_in_a_sentence(model, tmp_path, harm):
    path = tmp_path / "m.npz"
    verdicts.write(path, model)
    whole = bytearray(path.read_bytes())
    if harm == "missing":
        path.unlink()
    elif harm == "empty":
        path.write_bytes(b"")
    elif harm == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif harm == "bits":
        place = len(whole) // 3
        whole[place : place + 40] = bytes(40)
        path.write_bytes(whole)
    else:
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        facts = json.loads(arrays["about"].tobytes())
        if harm == "other features":
            facts["features"] = 0
        elif harm == "no head":
            facts["heads"] = {"other": ["a"]}
        elif harm == "no numbers":
            facts["slope"] = "steep"
        else:
            arrays["sentiment.bias"], arrays["sentiment.dense"] = np.zeros(1), np.zeros(1)
        arrays["about"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
        with path.open("wb") as file:
            np.savez(file, **arrays)
    with pytest.raises(WrongInput, match=r"m\.npz .*(train)"):
        verdicts.read(path)


def test_several_labels_at_once_are_fitted_each_against_the_rest():
    rows = examples(120)
    table = np.stack([[one.label == "negative" for one in rows], [one.label != "neutral" for one in rows]], axis=1)
    found = matrix([one.text for one in rows], [one.language for one in rows])
    head = fit_head(("complaint", "telling"), found, table, strength=1.0)
    scores = head.scores(featurize([one.text for one in rows]), groups([one.language for one in rows]))
    assert accuracy(table.ravel(), (scores > 0).ravel()) > 0.9


def test_calibration_makes_bold_scores_honest_and_leaves_a_fifth_in_doubt():
    chance = np.random.default_rng(0)
    truth = chance.integers(0, 3, 3_000)
    honest = chance.normal(size=(3_000, 3)) + 1.5 * np.eye(3)[truth]
    bold, group, even = honest * 4, np.zeros(3_000, int), np.ones(3_000)
    assert calibration_error(truth, softmax(bold)) > 0.1
    found = calibrated(bold, truth, group, even)
    likely = found.probabilities(bold, group)
    assert calibration_error(truth, likely) < 0.03
    ranked = np.sort(likely, axis=1)
    assert np.mean(ranked[:, 2] - ranked[:, 1] < found.threshold[0]) == pytest.approx(0.2, abs=0.01)
    assert found.slope[3] == found.slope[0]


def test_near_copies_are_found_and_others_are_not():
    texts = [
        "Der Zug nach Kiel hat heute schon wieder fünfzig Minuten Verspätung @bahn https://a.b/1",
        "RT @user: Der Zug nach Kiel hat heute schon wieder fünfzig Minuten Verspätung",
        "Der Bus nach Bonn kam gestern pünktlich, danke dem Fahrer",
        "",
        "😀",
    ]
    found = signatures(texts)
    assert first_of_its_kind(found).tolist() == [True, False, True, True, True]
    assert like_any(found[1:], found[:1]).tolist() == [True, False, False, False]
    assert not like_any(found, found[:0]).any()


def test_what_is_kept_for_judging_is_never_learned_nor_are_its_copies():
    rows = examples(60)
    held = [one._replace(source="made_up_held") for one in rows[:6]]
    data = training.prepared([*rows, *held])
    assert {one.text for one in data.held}.isdisjoint(one.text for one in data.learned)
    assert data.copies == 6
    assert training.balanced(data.learned).mean() == pytest.approx(1)
    assert training.prepared(rows, {"made_up"}).learned == []


def test_classes_and_own_texts_are_weighed():
    rows = [*examples(6), Example("x", "neutral", "de", "corpus/de_x"), Example("y", "positive", "fr", "z")]
    weights = training.balanced(rows)
    labels = np.array([one.label for one in rows[:7]])
    totals = [weights[:7][labels == label].sum() for label in ("negative", "neutral", "positive")]
    assert totals == pytest.approx([totals[0]] * 3)
    assert weights[6] > weights[1]


def test_the_corpus_is_well_formed_and_has_held_parts():
    rows = corpus()
    assert all(one.language in {"de", "en"} and one.own and one.text for one in rows)
    assert {one.language for one in rows if one.held} == {"de", "en"}


@pytest.mark.parametrize(
    ("name", "source", "sentence"),
    [
        ("a.jsonl", "{", r"a\.jsonl:1: this is not JSON"),
        ("a.jsonl", "[]", r'a\.jsonl:1: the field "text"'),
        ("a.jsonl", '{"text": "x", "label": "bad"}', r'"label" must be one of negative'),
        ("de_a.tsv", "#\n\n-\tx", r"de_a\.tsv:3: give sentiment"),
    ],
)
def test_a_bad_line_is_named(tmp_path, name, source, sentence):
    (tmp_path / name).write_text(source)
    with pytest.raises(WrongInput, match=sentence):
        read([tmp_path], ("de",))


def test_files_and_folders_are_read_in_order(tmp_path):
    (tmp_path / "b.jsonl").write_text('{"text": "Das ist ein deutscher Satz über den Sommer", "label": "neutral"}\n\n')
    (tmp_path / "a_english.jsonl").write_text('{"text": "x", "label": "positive", "language": "it"}\n')
    (tmp_path / "de_c.tsv").write_text("+\tpraise\tDanke\n0\tnone\tMontag\n")
    (tmp_path / "empty.jsonl").write_text("")
    rows = read([tmp_path], ("de", "en"))
    assert [(one.source, one.language, one.label) for one in rows] == [
        ("a_english", "it", "positive"), ("b", "de", "neutral"), ("de_c", "de", "positive"), ("de_c", "de", "neutral"),
    ]  # fmt: skip
    assert rows[2].intents == ("praise",)
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xff{")
    for bad in (tmp_path / "latin.jsonl", tmp_path / "nowhere", tmp_path / "none"):
        (tmp_path / "none").mkdir(exist_ok=True)
        with pytest.raises(WrongInput):
            read([bad], ("de",))
    assert language_of("x") == ""


def test_a_complaint_is_negative_and_other_intents_say_nothing_of_sentiment(tmp_path):
    labels = ("complaint", "other", "praise", "lead")
    (tmp_path / "intents_en.jsonl").write_text("".join(f'{{"text": "x", "label": "{one}"}}\n' for one in labels))
    assert [one.label for one in read([tmp_path], ("en",))] == ["negative", "positive"]


def test_a_brand_learns_its_own_words_and_too_few_texts_teach_nothing(model):
    chance = np.random.default_rng(3)
    truth = np.arange(120) % 3
    own = [["quarzig", "blumig"], ["kantig", "eckig"], ["dunstig", "wolkig"]]
    texts = [f"das Gerät ist {chance.choice(own[label])} {number}" for number, label in enumerate(truth)]
    languages = ["de"] * len(texts)
    learned = adapt(model, texts[:90], truth[:90], languages[:90])
    before = model.judge(texts[90:], languages[90:]).probabilities.argmax(1)
    after = learned.probabilities(model, texts[90:], languages[90:]).argmax(1)
    assert macro_f1(truth[90:], after) > macro_f1(truth[90:], before) + 0.3
    assert macro_f1(truth[90:], after) > 0.9
    general = examples(60, seed=8)
    kept = learned.probabilities(model, [one.text for one in general], ["de"] * 60).argmax(1)
    assert macro_f1(numbers([one.label for one in general]), kept) > 0.85
    for few in (adapt(model, texts[: LEAST - 1], truth[: LEAST - 1]), adapt(model, texts[:60], [0] * 60)):
        assert not few.words.any()
        assert np.array_equal(few.mix, np.eye(3))
    assert learned.scores(model, [], []).shape == (0, 3)


def test_train_writes_model_figures_and_card(tmp_path):
    rows = [*examples(150), *examples(90, source="made_up_held", seed=4)]
    for source in ("made_up", "made_up_held"):
        lines = [json.dumps({"text": one.text, "label": one.label}) for one in rows if one.source == source]
        (tmp_path / f"de_{source}.jsonl").write_text("\n".join(lines))
    page = tmp_path / "card.md"
    page.write_text(f"# Card\n{card.BEGIN}\nold\n{card.END}\nend\n")
    out = tmp_path / "out" / "m.npz"
    command = [str(tmp_path), "--out", str(out), "--no-corpus", "--languages", "de", "--card", str(page)]
    app = typer.Typer()
    app.command()(train)
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    told = json.loads(out.with_suffix(".json").read_text())
    assert [row["source"] for row in told["figures"]] == ["de_made_up_held"]
    assert told["figures"][0]["macro_f1"][0] > 90
    assert told["learned"] == {"de de_made_up": {"negative": 50, "neutral": 50, "positive": 50}}
    assert card.tables(told) in page.read_text()
    assert page.read_text().endswith(f"{card.END}\nend\n")
    assert "old" not in page.read_text()
    assert load(out)[1]["name"] == verdicts.NAMED
    assert set(WORDS) == {"negative", "neutral", "positive"}


def test_what_few_texts_have_counts_more_while_learning_and_lexica_count_one():
    rows = matrix(["gut gut gut da", "gut da", "gut hier", "gut selten"], ["de"] * 4)
    found = rarity(rows)
    words = np.bincount(rows.indices, minlength=len(found))[: 1 << BITS]
    known = found[: 1 << BITS][words > 0]
    assert known[words[words > 0] == 1].min() > known[words[words > 0] > 1].max()
    assert (found[2 << BITS :] == 1).all()


def test_confidence_is_judged_on_texts_from_elsewhere():
    rows = [*examples(60), *examples(30, source="corpus/de_a"), *examples(30, source="corpus/de_b", language="en")]
    parts = training.parts(rows)
    own = np.array([one.own for one in rows])
    assert len(parts) == training.FOLDS + 2
    assert (sum(part.astype(int) for part in parts[: training.FOLDS]) == 1).all()
    for source in ("corpus/de_a", "corpus/de_b"):
        chosen = np.array([one.source == source for one in rows])
        assert sum(part[chosen].any() for part in parts[: training.FOLDS]) == 1
    assert (parts[-2] == own).all()
    assert (parts[-1] == ~own).all()
