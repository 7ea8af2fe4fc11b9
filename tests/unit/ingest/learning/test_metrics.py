import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score

from ingest.learning import metrics


@pytest.fixture
def drawn():
    chance = np.random.default_rng(1)
    truth = chance.integers(0, 3, 400)
    scores = chance.normal(size=(400, 3)) + 1.2 * np.eye(3)[truth]
    likely = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return truth, likely


def test_f1_and_recall_agree_with_scikit_learn(drawn):
    truth, likely = drawn
    guess = likely.argmax(1)
    assert metrics.macro_f1(truth, guess) == pytest.approx(f1_score(truth, guess, average="macro"))
    assert metrics.macro_recall(truth, guess) == pytest.approx(recall_score(truth, guess, average="macro"))
    assert metrics.accuracy(truth, guess) == pytest.approx((truth == guess).mean())


def test_a_class_that_never_occurs_counts_nothing_in_recall_and_zero_in_f1():
    assert metrics.macro_recall([0, 2], [0, 2]) == 1
    assert metrics.macro_f1([0, 2], [0, 2]) == pytest.approx(2 / 3)


def test_honest_probabilities_have_no_calibration_error_and_boasting_ones_have():
    truth = np.array([0, 0, 0, 1])
    assert metrics.calibration_error(truth, np.tile([0.75, 0.25, 0.0], (4, 1))) == pytest.approx(0)
    assert metrics.calibration_error(truth, np.tile([1.0, 0.0, 0.0], (4, 1))) == pytest.approx(0.25)


def test_nothing_measured_is_nothing_wrong():
    none = np.zeros((0, 3))
    assert metrics.calibration_error([], none) == 0
    assert metrics.accuracy([], []) == 0
    assert metrics.macro_recall([], []) == 0


def test_the_sure_ones_are_right_more_often(drawn):
    truth, likely = drawn
    assert metrics.selective_accuracy(truth, likely) > metrics.accuracy(truth, likely.argmax(1)) + 0.02
    assert metrics.selective_accuracy(truth, likely, 0.0) == metrics.accuracy(truth, likely.argmax(1))


def test_the_interval_holds_the_figure_and_repeats(drawn):
    truth, likely = drawn
    first = metrics.bootstrap(metrics.macro_f1, truth, likely.argmax(1), draws=200)
    assert first.low < first.value < first.high
    assert 0.05 < first.high - first.low < 0.15
    assert first == metrics.bootstrap(metrics.macro_f1, truth, likely.argmax(1), draws=200)


def test_labels_become_numbers():
    assert metrics.numbers(["positive", "negative"]).tolist() == [2, 0]
