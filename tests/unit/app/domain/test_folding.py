import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.folding import fold, line_of


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Größe", "groesse"),
        ("GRÖSSE", "groesse"),
        ("groesse", "groesse"),
        ("Gro\u0308\u00dfe", "groesse"),
        ("Café Noël", "cafe noel"),
        ("\uff2e\uff2f\uff32\uff24", "nord"),
        ("Nord\u00adlicht", "nordlicht"),
        ("İstanbul", "istanbul"),
        ("plain ASCII", "plain ascii"),
    ],
)
def test_one_spelling(written, folded):
    assert fold(written) == folded


@given(st.text())
def test_case_never_matters_for_german_and_folding_never_fails(text):
    fold(text)
    german = "".join(mark for mark in text if mark in "abcäöüßÄÖÜABC ")
    assert fold(german) == fold(german.upper()) == fold(german.lower())


def test_a_line_holds_words_then_tags_and_handles():
    assert line_of(fold("Hallo #Strom_Preis, sagt @nord.licht.de. und @ute@ort.social")) == (
        line_of(fold("hallo #strom_preis sagt @nord.licht.de und @ute@ort.social"))
    )
    line = line_of(fold("Wut! #Nordlicht @NordlichtStrom.bsky.social"))
    assert " wut " in line
    assert " #nordlicht " in line
    assert " @nordlichtstrom " in line
    assert " @nordlichtstrom.bsky.social " in line
    assert " nord " not in line


@pytest.mark.parametrize("text", ["info@nordlicht.de", "https://x.de/#nordlicht", "a#nordlicht", "&#nordlicht"])
def test_addresses_hold_neither_tags_nor_handles(text):
    assert "#nordlicht " not in line_of(fold(text))
    assert "@nordlicht " not in line_of(fold(text))
