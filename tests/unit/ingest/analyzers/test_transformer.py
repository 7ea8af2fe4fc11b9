"""The user's own model: a tiny real one, made here, and what happens when it is broken or slow."""

from itertools import count
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from app.config import Config
from app.config.model import AnalysisSection, TransformerSection
from app.domain.analysis import NOT_ANALYSED
from app.domain.mention import Author, Mention
from ingest.analyzers import transformer
from ingest.analyzers.transformer import TransformerAnalyzer
from ingest.understanding import configured

VOCABULARY = {"[UNK]": 0, "[PAD]": 1, "gut": 2, "schlecht": 3, "@user": 4, "http": 5, "lau": 6}
WEIGHTS = np.zeros((7, 3), np.float32)
WEIGHTS[2], WEIGHTS[3], WEIGHTS[6] = (0, 0, 4), (4, 0, 0), (1, 0, 1)


def save(path: Path, weights: np.ndarray = WEIGHTS, inputs: tuple[str, ...] = ("input_ids", "attention_mask")) -> Path:
    """Write a classifier that adds up a row of weights for each token that is not padding."""
    nodes = [
        helper.make_node("Gather", ["weights", inputs[0]], ["rows"]),
        helper.make_node("Cast", [inputs[-1]], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
        helper.make_node("Mul", ["rows", "wide"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "middle"], ["logits"], keepdims=0),
    ]
    constants = {"weights": weights, "last": np.array([2], np.int64), "middle": np.array([1], np.int64)}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", weights.shape[1]])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("models")
    save(made / "tiny.onnx")
    tokenizer = Tokenizer(WordLevel(VOCABULARY, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(made / "tokenizer.json"))
    return made


def wanted(folder: Path, model: str = "tiny.onnx", **more) -> TransformerSection:
    return TransformerSection(**({"model": str(folder / model), "tokenizer": str(folder / "tokenizer.json")} | more))


def read(analyzer: TransformerAnalyzer, *texts: str):
    mentions = [Mention("x", "1", 0.0, text, Author("a")) for text in texts]
    return analyzer.analyse(mentions, [NOT_ANALYSED] * len(mentions))


def test_the_users_model_judges_batches_of_any_lengths(folder):
    analyzer = TransformerAnalyzer(("de",), (), wanted(folder))
    texts = ["gut " * (n % 7 + 1) if n % 2 else "schlecht " * (n % 5 + 1) for n in range(100)]
    found = read(analyzer, *texts, "lau", "", "gut \ud83d")
    assert analyzer.fault == ""
    assert [one.sentiment.label for one in found[:100]] == ["negative", "positive"] * 50
    assert [one.sentiment.label for one in found[100:]] == ["uncertain", "uncertain", "positive"]
    assert {one.model for one in found} == {"transformer-tiny"}
    alone = read(analyzer, texts[0])[0].sentiment
    assert (alone.negative, alone.neutral) == pytest.approx((found[0].sentiment.negative, found[0].sentiment.neutral))
    assert read(analyzer) == []


def test_the_words_behind_a_verdict_are_those_of_the_model_that_came_with_emberwatch(folder):
    [found] = read(TransformerAnalyzer(("de",), (), wanted(folder)), "das ist eine Frechheit , gut")
    assert found.sentiment.label == "positive"
    assert "Frechheit" in [part.text for part in found.sentiment.evidence]


def test_labels_stand_in_the_order_of_the_models_outputs(folder):
    turned = wanted(folder, labels=("positive", "neutral", "negative"))
    assert read(TransformerAnalyzer(("de",), (), turned), "gut")[0].sentiment.label == "negative"


def test_only_the_first_tokens_are_read(folder):
    analyzer = TransformerAnalyzer(("de",), (), wanted(folder, tokens=8))
    assert read(analyzer, "gut " * 8 + "schlecht " * 50)[0].sentiment.label == "positive"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("missing.onnx", "there is no file"),
        ("empty.onnx", "cannot be used"),
        ("cut.onnx", "cannot be used"),
        ("text.onnx", "cannot be used"),
        ("five.onnx", "it gives (2, 5) figures for 2 texts and 3 labels"),
        ("strange.onnx", "it asks for an input `pixel_values`"),
        ("nan.onnx", "figures that are no numbers"),
    ],
)
def test_a_model_that_cannot_be_used_is_named_and_sentiment_judges(folder, model, said):
    (folder / "empty.onnx").write_bytes(b"")
    (folder / "cut.onnx").write_bytes((folder / "tiny.onnx").read_bytes()[:120])
    (folder / "text.onnx").write_text("this is no model")
    save(folder / "five.onnx", np.zeros((7, 5), np.float32))
    save(folder / "strange.onnx", inputs=("input_ids", "pixel_values"))
    save(folder / "nan.onnx", np.full((7, 3), np.nan, np.float32))
    analyzer = TransformerAnalyzer(("de",), (), wanted(folder, model))
    assert analyzer.fault.startswith("The model of `transformer` cannot be used (")
    assert said in analyzer.fault
    [found] = read(analyzer, "das ist eine Frechheit, gut")
    assert found.sentiment.label in {"negative", "uncertain", "neutral"}


def test_a_tokenizer_that_is_none_is_named(folder):
    (folder / "bad.json").write_text("{}")
    assert (
        "cannot be used" in TransformerAnalyzer(("de",), (), wanted(folder, tokenizer=str(folder / "bad.json"))).fault
    )


def test_without_the_packages_it_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    assert "pip install 'emberwatch[transformer]'" in TransformerAnalyzer(("de",), (), wanted(folder)).fault


def test_a_slow_model_judges_what_it_can_and_says_so(folder):
    ticks = count()
    analyzer = TransformerAnalyzer(("de",), (), wanted(folder, budget=2.5), monotonic=lambda: float(next(ticks)))
    found = read(analyzer, *["gut"] * (4 * transformer.AT_ONCE))
    judged = sum(one.model == "transformer-tiny" for one in found)
    assert judged == 2 * transformer.AT_ONCE
    assert "takes longer than 2.5 s" in analyzer.fault
    assert read(analyzer, "gut")[0].model == "transformer-tiny"
    assert analyzer.fault == "", "it was in time again"


def test_a_model_that_breaks_while_it_works_is_left_alone(folder):
    analyzer = TransformerAnalyzer(("de",), (), wanted(folder))
    analyzer._model._tokenizer = None
    assert read(analyzer, "Danke")[0].sentiment.label == "positive"
    assert "cannot be used" in analyzer.fault
    assert analyzer._model is None


def test_config_names_it(folder):
    section = AnalysisSection(languages=("de",), analyzers=("language", "transformer"), transformer=wanted(folder))
    understanding = configured(Config(brands=(), analysis=section))
    assert understanding.faults == ()
    said = [Mention("x", "1", 0.0, f"@{who} gut https://example.org", Author("a")) for who in ("anna", "otto")]
    assert [one.sentiment.label for one in understanding.understand(said)] == ["positive"] * 2
