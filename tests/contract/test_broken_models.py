"""A model file that is missing, cut short or foreign: a sentence that says so, and a simpler way."""

import json
import zipfile

import numpy as np
import pytest

from app.domain.analysis import NOT_ANALYSED
from app.domain.mention import Author, Mention
from ingest.analyzers.sentiment import SentimentAnalyzer
from ingest.evaluation.footprint import MODELS
from ingest.understanding import Understanding

SHIPPED = MODELS / "sentiment.npz"


def nothing(path):
    path.unlink(missing_ok=True)


def empty(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("this is no model " * 1_000)


def half(path):
    path.write_bytes(SHIPPED.read_bytes()[: SHIPPED.stat().st_size // 2])


def garbled(path):
    whole = bytearray(SHIPPED.read_bytes())
    whole[len(whole) // 3 : len(whole) // 2] = b"\0" * (len(whole) // 2 - len(whole) // 3)
    path.write_bytes(whole)


def foreign(path):
    with path.open("wb") as file:
        np.savez(file, weights=np.zeros((3, 3)))


def pickled(path):
    with path.open("wb") as file:
        np.savez(file, about=np.array([{"name": "evil"}], dtype=object))


def archive(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("readme.txt", json.dumps({"no": "model"}))


def folder(path):
    path.mkdir()


@pytest.mark.parametrize("damage", [nothing, empty, text, half, garbled, foreign, pickled, archive, folder])
def test_a_model_that_cannot_be_read_is_told_and_the_lexicon_judges(damage, tmp_path):
    path = tmp_path / "sentiment.npz"
    damage(path)
    analyzer = SentimentAnalyzer(("de", "en"), (), path)
    assert analyzer.fault.count(".") >= 1
    assert "sentiment.npz" in analyzer.fault
    assert "lexicon" in analyzer.fault
    said = Mention("", "", 0.0, "Das ist eine Frechheit!", Author(""))
    [found] = analyzer.analyse([said], [NOT_ANALYSED])
    assert (found.sentiment.label, found.model) == ("negative", "lexicon")
    assert Understanding([analyzer]).faults == (analyzer.fault,)


def test_the_shipped_model_is_read():
    analyzer = SentimentAnalyzer(("de", "en"))
    assert analyzer.fault == ""
    assert analyzer.analyse([], []) == []
