import hashlib
import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.folding import fold
from app.domain.forms import MOST, Words, _Stemmers, stems
from app.errors import WrongInput


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Rechnung", "Eure Rechnungen sind falsch"),
        ("Rechnungen falsch", "die FALSCHE Rechnung!"),
        ("Vertrag", "zwei Verträge"),
        ("Verträge", "Vertraege und Vertrags-Ende"),
        ("vertrage", "Verträge"),
        ("Häuser", "im Haus"),
        ("Straße", "auf den Strassen"),
        ("kündigen", "ich kuendige"),
        ("complain", "she complained"),
        ("complaining", "nobody complains"),
        ("#Ausfall", "die Ausfälle"),
        ("東京", "東京 heute"),
        ("2026", "im Jahr 2026"),
    ],
)
def test_a_word_is_found_in_its_forms(asked, said):
    assert Words.of(asked).matches(said)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Rechnung falsch", "die Rechnung stimmt"),
        ("Strom", "die Stromrechnung"),
        ("Stromrechnung", "die Rechnung für den Strom"),
        ("Vertrag", "Mobilfunkverträge"),
        ("Ausfall", "der Netzausfall"),
        ("gehen", "er ging"),
        ("go", "she went"),
        ("complaint", "they complain"),
        ("Strom", ""),
    ],
)
def test_compounds_and_irregular_forms_are_other_words(asked, said):
    assert not Words.of(asked).matches(said)


def test_no_word_or_too_many_are_refused_with_advice():
    with pytest.raises(WrongInput, match="at least one"):
        Words.of("?! …")
    with pytest.raises(WrongInput, match=f"at most {MOST}"):
        Words.of(" ".join(f"w{n}" for n in range(MOST + 1)))


@settings(max_examples=150, deadline=None)
@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_a_stem_begins_as_its_word_does_and_no_folding_changes_it(word):
    for stem in stems(word):
        assert stem[0] == word[0]
        assert fold(stem) == stem


def test_the_stems_in_the_index_are_those_of_this_version():
    """If this fails, a new migration has to have everything indexed anew, as 0004 did."""
    words = "rechnungen vertraege aktuelle haeuser strassen quellen complaining dying skies generously neuen muessen"
    known = " ".join(stem for word in words.split() for stem in stems(word))
    assert hashlib.sha256(known.encode()).hexdigest()[:16] == "8b6e534c8458ec8a"


def test_threads_that_stem_at_once_do_not_disturb_each_other():
    stemmed, wrong = _Stemmers(), []
    words = ["rechnungen", "complaining", "vertraege", "generously"]
    right = {word: stemmed(word) for word in words}

    def work(seed: int) -> None:
        some = random.Random(seed).choices(words, k=50)
        wrong.extend(word for word in some if stemmed(word) != right[word])

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
