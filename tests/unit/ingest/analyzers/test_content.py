"""Terms: what a text is about."""

import pytest

from ingest.analyzers.content import terms
from ingest.analyzers.words import words
from ingest.masking import masked


def of(text: str, own: tuple[str, ...] = ()) -> tuple[str, ...]:
    return terms(words(masked(text)), own)


def test_content_words_phrases_and_hashtags():
    assert of("Die Hotline antwortet nicht. #NordlichtAbzocke") == (
        "#nordlichtabzocke",
        "hotline",
        "antwortet",
        "hotline antwortet",
    )


def test_umlauts_are_kept_and_composed():
    assert of("Gebu\u0308hren") == ("gebühren",)


def test_stop_words_numbers_short_words_addresses_and_handles_are_left_out():
    assert of("und das 2024 ab @wer https://example.org/x the with don't 4you") == ()


def test_a_brand_s_own_words_are_left_out():
    assert of("Nordlicht Strom Abschlag #nordlicht", ("nordlicht", "strom")) == ("abschlag",)


def test_a_phrase_does_not_reach_over_a_gap():
    assert "abschlag rechnung" not in of("Abschlag, Rechnung")
    assert "abschlag abschlag" not in of("Abschlag Abschlag")


def test_there_are_at_most_24_each_once():
    text = " ".join(f"wort{chr(97 + i)}x" for i in range(20)) * 2
    found = of(text)
    assert len(found) == len(set(found)) == 24


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Unfassbar, was für ein miserabler Service!", ("service",)),
        ("Schlechter Service, unfreundliche Hotline", ("service", "hotline")),
        ("Seit vier Wochen warte ich am Montag auf die Rechnung", ("rechnung",)),
        ("Terrible service, waiting for my refund since Monday", ("service", "refund")),
        (
            "Abschlag verdoppelt: Hotline besetzt",
            ("abschlag", "verdoppelt", "abschlag verdoppelt", "hotline", "besetzt", "hotline besetzt"),
        ),
    ],
)
def test_words_that_say_how_or_when_it_is_are_no_terms(text, told):
    assert of(text) == told
