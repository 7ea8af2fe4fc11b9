import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.learning.characters import HIGHEST
from ingest.learning.features import BITS, KEPT, VERSION, WIDTH, chunks, featurize
from ingest.learning.hashing import Hashes, Rolling, index, joined
from ingest.learning.lexica import GERMAN, hashed, lexica
from ingest.learning.tokens import LONG, tokens

ODD = [
    "",
    " ",
    "😀👍🏽",
    "مرحبا بكم في الشركة",
    "a\x00b\x1ec\x07",
    "\u0308",
    "'",
    "&#x110000;",
    "&amp;" * 20,
    "\\u",
    "\ud800",
]


def spelled(text, brands=()):
    row = tokens([text], brands)
    return ["".join(map(chr, row.codes[start:end])) for start, end in zip(row.start, row.end, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grüße", "gruesse"),
        ("a\u0308rger", "aerger"),
        ("ÄRGER", "aerger"),
        ("soooooo", "soo"),
        ("café", "cafe"),
        ("don\u2019t", "don't"),
        ("c\\u2019mon", "c'mon"),
        ("2024", "00"),
        ("!!!!!", "!!"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("❤\ufe0f", "❤"),
        (":-)", "🙂"),
        ("&amp;lt;3", "< 0"),
        ("https://example.org/a?b=c", "\ue001"),
        ("http", "\ue001"),
        ("@somebody.bsky.social", "\ue002"),
        ("#Fail", "# fail"),
        ("أهلاً", "اهلا"),
        ("\U0001d41f\U0001d42b\U0001d41e\U0001d41e", "free"),
    ],
)
def test_spellings_become_one(text, expected):
    assert " ".join(spelled(text)) == expected


def of_words(words: list[str]) -> Hashes:
    """Return the hash of each word, spelled as `tokens` spells it."""
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32)
    end = np.cumsum([len(word) for word in words], dtype=np.int64)
    return Rolling(codes).of(np.concatenate([[0], end[:-1]]), end)


def test_names_of_brands_say_nothing():
    assert spelled("Gut & Günstig ist gut", ("Gut & Günstig",)) == ["\ue000", "ist", "gut"]
    assert spelled("Gutschein von GUT&GÜNSTIGs", ("Gut & Günstig", "…")) == ["gutschein", "von", "\ue000"]


def test_tokens_know_their_place_and_their_text():
    texts = ["Grüße, ärger dich!", "", "THE sooo 😀 https://a.b/c"]
    row = tokens(texts)
    stands = [texts[text][first:last] for text, first, last in zip(row.text, row.first, row.last, strict=True)]
    assert stands == ["Grüße", ",", "ärger", "dich", "!", "THE", "sooo", "😀", "https://a.b/c"]
    assert [stands[place] for place in np.flatnonzero(row.upper)] == ["THE"]
    assert [stands[place] for place in np.flatnonzero(row.long)] == ["sooo"]


def test_hashes_are_the_same_for_ever():
    """Weights are learned for these places: if this fails, raise VERSION and train anew."""
    assert of_words(["gut", "not", "😀", "مرحبا"]).tolist() == GOLDEN
    assert index(of_words(["gut"]), 1, BITS).tolist() == [GOLDEN_PLACE]
    features = featurize(["Nicht schlecht, danke 😀!", "Worst service EVER..."])
    assert (VERSION, WIDTH) == (1, 46)
    assert int(features.words.indices.sum(dtype=np.int64)) == GOLDEN_WORDS
    assert int(features.letters.indices.sum(dtype=np.int64)) == GOLDEN_LETTERS


def test_a_rolling_hash_is_the_hash_of_the_stretch_alone_and_halves_keep_their_place():
    row = np.array([ord(char) for char in "xxgutyy"], np.uint32)
    alone = of_words(["gut", "yy"])
    found = Rolling(row).of(np.array([2, 2]), np.array([5, 7]))
    assert found[0] == alone[0]
    assert found[1] == joined(alone[:1], alone[1:], 2)[0]
    assert index(alone, 3, 12).tolist() == (index(alone, 3, 13) >> 1).tolist()


def test_a_text_has_the_same_features_alone_and_in_a_batch():
    texts = ["Das ist gar nicht schlecht!", "", "gefällt mir überhaupt nicht 🤡", "kein Problem", "sehr", "gut"]
    batch = featurize(texts)
    for number, text in enumerate(texts):
        single = featurize([text])
        for one, all_ in ((single.words, batch.words), (single.letters, batch.letters)):
            assert one.indices.tolist() == all_.indices[all_.pointers[number] : all_.pointers[number + 1]].tolist()
        assert np.allclose(single.dense[0], batch.dense[number], atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40) | st.sampled_from(ODD), max_size=6))
def test_any_text_is_read_and_stays_in_its_place(texts):
    features = featurize(texts, ("Marke",))
    assert features.dense.shape == (len(texts), WIDTH)
    assert np.isfinite(features.dense).all()
    row = features.tokens
    assert (row.first < row.last).all()
    assert (row.last <= np.array([len(text) for text in texts], int)[row.text]).all()
    weights = np.ones((1 << BITS, 2), np.int8)
    assert features.project(weights, weights, np.zeros((WIDTH, 2), np.float32)).shape == (len(texts), 2)


def test_a_long_text_is_read_up_to_a_limit():
    assert tokens(["a " * 50_000]).last.max() <= LONG


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("gut", 0.5, 1),
        ("nicht gut", -1, -0.2),
        ("gefällt mir gar nicht", -1, -0.1),
        ("nicht schlecht", 0.1, 1),
        ("kein Problem", 0.1, 1),
        ("Servicekatastrophe", -2, -0.5),
        ("fehlerfrei", 0.2, 1),
        ("nicht nur gut", 0.1, 2),
        ("keine Ahnung. Gut", 0.1, 2),
        ("Tisch", 0, 0),
    ],
)
def test_german_words_are_weighed_with_negation_and_compounds(text, low, high):
    assert low <= featurize([text]).assessment.weights[:, GERMAN].sum() <= high


def test_a_stretch_without_words_has_no_hash():
    assert hashed(["", "gut"])[0] == 0
    assert not len(lexica().words.find(hashed(["xzvbw"]))[0])


def test_chunks_hold_all_texts_in_order():
    texts = ["x" * 15_000] * 7
    assert chunks(texts) == [(0, 2), (2, 4), (4, 6), (6, 7)]
    assert chunks([]) == []


def test_a_batch_costs_less_than_80_microseconds_a_text():
    texts = [
        f"Seit {n} Tagen kein Internet und niemand erreichbar, danke für nichts @anbieter! #{n}" for n in range(500)
    ]
    featurize(texts[:9])
    spent = min(_spent(texts) for _ in range(5))
    assert spent / len(texts) < 80e-6


def _spent(texts):
    featurize([])
    began = time.process_time()
    featurize(texts)
    return time.process_time() - began


def test_tables_reach_all_code_points():
    assert HIGHEST == 0x1FFFF
    assert spelled("𠀀x") == ["𠀀x"]


GOLDEN = [17002824692754021771, 9480615166546950265, 4624969905676246753, 6052006829284016470]
GOLDEN_PLACE = 250992
GOLDEN_WORDS = 2931134
GOLDEN_LETTERS = 19154049


def test_batches_read_last_are_not_read_again():
    first = featurize(["gut", "schlecht"])
    assert featurize(["gut", "schlecht"]) is first
    assert featurize(["gut", "schlecht"], ("Gut",)) is not first
    assert featurize(["gut", "schlecht"]) is first
    for number in range(KEPT):
        featurize([str(number)])
    assert featurize(["gut", "schlecht"]) is not first
    assert featurize(["schlecht", "gut"]).tokens.texts == 2
