import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.folding import Text, fold


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
    assert Text.of("Hallo #Strom_Preis, sagt @nord.licht.de. und @ute@ort.social").line == (
        Text.of("hallo #strom_preis sagt @nord.licht.de und @ute@ort.social").line
    )
    text = Text.of("Wut! #Nordlicht @NordlichtStrom.bsky.social")
    assert " wut " in text.line
    assert " #nordlicht " in text.line
    assert " @nordlichtstrom " in text.line
    assert " @nordlichtstrom.bsky.social " in text.line
    assert " nord " not in text.line


@pytest.mark.parametrize("text", ["info@nordlicht.de", "https://x.de/#nordlicht", "a#nordlicht", "&#nordlicht"])
def test_addresses_hold_neither_tags_nor_handles(text):
    assert "#nordlicht " not in Text.of(text).line
    assert "@nordlicht " not in Text.of(text).line
