from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.folding import fold, tokens
from ingest.sieve import sieve, spellings

WORDS = ("nordlicht", "groesse", "sss", "suess", "ae", "x2", "muesste", "stroßund", "søren", "łodz", "газпром")
SIEVE = sieve(map(fold, WORDS))
AWKWARD = (
    "aAeEoOuUsSxX2²äÄöÖüÜßẞéÉ\u0308\u0301\u00ad\u200b\u200d\ufe0fﬁ\uff58\uff38\U0001d431K\u017f½№™#@_ -'\u2019“…😂"
)
AWKWARD += "łøæГгаз\ud800"


def lost(may_hold: Callable[[str], bool], texts: Iterable[str]) -> list[str]:
    """Return the texts that hold a word and are held back."""
    words = set(map(fold, WORDS))
    return [text for text in texts if not words.isdisjoint(tokens(fold(text))) and not may_hold(text)]


def spelt(word: str, chars: Iterable[str]) -> list[str]:
    """Return a word as somebody may write it who uses each of the characters: before, behind, inside, instead."""
    return [text for char in chars for text in (char + word, word + char, word[:3] + char + word[3:], f"{char} {word}")]


@given(st.text(alphabet=AWKWARD, max_size=12))
def test_no_text_that_holds_a_word_is_held_back(text):
    assert lost(SIEVE, [text, f"nord{text}licht", f"s{text}s {text}"]) == []


@given(st.text())
def test_whatever_is_written_is_looked_at(text):
    assert lost(SIEVE, [text]) == []


def test_no_character_hides_a_word():
    small = [chr(code) for code in (*range(0x3100), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800))]
    assert lost(SIEVE, spelt("NordLicht", small)) == []
    assert lost(SIEVE, (word.replace("o", char).replace("x", char) for word in WORDS for char in small)) == []


@pytest.mark.long
def test_no_character_at_all_hides_a_word():
    every = map(chr, (*range(0xD800), *range(0xE000, 0x110000)))
    assert lost(SIEVE, spelt("GRÖSSE", every)) == []


def test_a_planted_sieve_that_forgets_accents_is_caught():
    assert lost(lambda text: any(word in text.lower() for word in WORDS), ["Groesse", "GRÖßE", "Nórdlicht"])


@pytest.mark.parametrize(
    "text",
    [
        "just an ordinary post about nothing",
        "Über die Straße, schön: müßig!",
        "déjà vu, ça va, mañana \u2013 „so“",
        "🤷‍♀️ ❤️ ❤️‍🔥 🇩🇪",
        "今日は とても 楽しい 一日でした",
        "“quoted”… 5 € \u2013 und so weiter",
    ],
)
def test_what_holds_no_word_is_held_back_unfolded(text):
    assert not SIEVE(text)


def test_accents_do_not_let_a_text_through_but_do_not_hide_a_word():
    assert not SIEVE("El niño comió después")
    assert SIEVE("El niño vio Nórdlìcht")


def test_a_word_may_be_written_with_umlauts():
    assert spellings("suess") == {"suess", "süss", "sÜss", "sueß", "süß", "sÜß"}
    assert spellings("sss") == {"sss", "sß", "ßs"}


def test_a_word_with_too_many_spellings_is_known_by_its_beginning():
    word = "ae" * 30
    assert 0 < len(spellings(word)) <= 64
    assert lost(sieve([word]), ["ä" * 30]) == []
    assert sieve([word])("Ä" * 30)
    assert not sieve([word])("nothing of that")


def test_without_words_nothing_holds_one():
    assert not sieve([])("Guten Tag, déjà vu")
