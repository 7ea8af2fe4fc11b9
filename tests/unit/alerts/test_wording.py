import pytest

from alerts.wording import Figures, reason

STORM = Figures(since=1_795_026_060, actual=163.6, expected=45.2, share=0.58)
"""19:21 in Berlin."""


def test_the_sentence_in_german_and_english():
    said = reason(STORM, ("Abschlag", "Hotline", "#nordlichtabzocke"), "Europe/Berlin")
    assert said == {
        "de": "Seit 19:21 3,6-mal so viele Erwähnungen wie üblich (164 statt 45 je Minute), davon 58 % negativ; "
        "Treiber: Abschlag, Hotline, #nordlichtabzocke.",
        "en": "Since 19:21 3.6 times as many mentions as usual (164 instead of 45 a minute), 58% of them negative; "
        "drivers: Abschlag, Hotline, #nordlichtabzocke.",
    }


def test_negative_mentions_without_drivers_at_another_place():
    figures = Figures(since=1_795_026_060, actual=30.4, expected=3.26, share=0.5, negative=True)
    said = reason(figures, (), "America/New_York")
    assert said["de"] == (
        "Seit 13:21 9,3-mal so viele negative Erwähnungen wie üblich (30 statt 3,3 je Minute), 50 % aller Erwähnungen."
    )
    assert said["en"] == (
        "Since 13:21 9.3 times as many negative mentions as usual (30 instead of 3.3 a minute), 50% of all mentions."
    )


def test_small_and_large_numbers():
    quiet = reason(Figures(0, actual=1500 / 60, expected=0.2 / 60, share=0), (), "UTC")
    assert "7.500-mal" in quiet["de"]
    assert "(1.500 statt 0,2 je Stunde)" in quiet["de"]
    assert "7,500 times" in quiet["en"]
    assert "(1,500 instead of 0.2 an hour)" in quiet["en"]
    assert "(120 statt 0 je Stunde)" in reason(Figures(0, 2, 0, 0), (), "UTC")["de"]


@pytest.mark.parametrize(
    ("basis", "german", "english"),
    [
        (2 * 86_400 + 5, "Basis: 2 Tage", "basis: 2 days"),
        (86_400, "Basis: 1 Tag", "basis: 1 day"),
        (7300, "Basis: 2 Stunden", "basis: 2 hours"),
        (60, "Basis: 1 Minute", "basis: 1 minute"),
        (0, "Basis: 0 Minuten", "basis: 0 minutes"),
    ],
)
def test_a_thin_basis_is_named(basis, german, english):
    said = reason(Figures(0, 20, 2, 0.1, basis=basis), ("x",), "UTC")
    assert said["de"].endswith(f" ({german}).")
    assert said["en"].endswith(f" ({english}).")
