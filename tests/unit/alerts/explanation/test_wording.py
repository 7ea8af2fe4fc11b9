import msgspec
import pytest

from alerts.explanation.wording import Figures, reason
from app.domain.incident import Signal

STORM = Figures(since=1_795_026_060, actual=163.6, expected=45.2, share=0.58)
"""19:21 in Berlin."""


def test_the_sentence_in_german_and_english():
    said = reason(STORM, ("Abschlag", "Hotline", "#nordlichtabzocke"), "Europe/Berlin")
    assert said == {
        "de": "Seit 19:21 Uhr 3,6-mal so viele Erwähnungen wie üblich (164 statt 45 je Minute), davon 58 % negativ; "
        "Treiber: Abschlag, Hotline, #nordlichtabzocke.",
        "en": "Since 19:21, 3.6 times as many mentions as usual (164 instead of 45 a minute), 58% of them negative; "
        "drivers: Abschlag, Hotline, #nordlichtabzocke.",
    }


def test_negative_mentions_without_drivers_at_another_place():
    figures = Figures(since=1_795_026_060, actual=30.4, expected=3.26, share=0.5, negative=True)
    said = reason(figures, (), "America/New_York")
    assert said["de"] == (
        "Seit 13:21 Uhr 9,3-mal so viele negative Erwähnungen wie üblich (30 statt 3,3 je Minute), "
        "das sind 50 % aller Erwähnungen."
    )
    assert said["en"] == (
        "Since 13:21, 9.3 times as many negative mentions as usual (30 instead of 3.3 a minute), "
        "which is 50% of all mentions."
    )


@pytest.mark.parametrize(
    ("actual", "expected", "german", "english"),
    [
        (9.96, 4.98, "Uhr doppelt so viele Erwähnungen wie üblich (10 statt 5 je Minute)", ", twice as many mentions"),
        (6, 2, "3-mal so viele Erwähnungen wie üblich (6 statt 2 je Minute)", "3 times as many"),
        (
            1500,
            21.4,
            "70-mal so viele Erwähnungen wie üblich (1.500 statt 21 je Minute)",
            "(1,500 instead of 21 a minute)",
        ),
        (4.5, 0.1, "45-mal so viele", "(4.5 a minute, usually 6 an hour)"),
        (4.5, 0.1, "(4,5 je Minute, üblich 6 je Stunde)", "45 times as many"),
        (0.5, 0.02, "(30 statt 1,2 je Stunde)", "(30 instead of 1.2 an hour)"),
        (
            25,
            0.003,
            "Uhr mehr als 100-mal so viele Erwähnungen wie üblich",
            ", more than 100 times as many mentions as usual",
        ),
        (2, 0, "(2 je Minute, üblich 0 je Stunde)", "(2 a minute, usually 0 an hour)"),
    ],
)
def test_small_and_large_numbers(actual, expected, german, english):
    said = reason(Figures(0, actual=actual, expected=expected, share=0), (), "UTC")
    assert german in said["de"]
    assert english in said["en"]


def test_what_began_long_ago_is_told_with_its_day():
    said = reason(msgspec.structs.replace(STORM, at=STORM.since + 86_400), (), "Europe/Berlin")
    assert said["de"].startswith("Seit Mi 19:21 Uhr ")
    assert said["en"].startswith("Since Wed 19:21, ")


@pytest.mark.parametrize(
    ("basis", "german", "english"),
    [
        (2 * 86_400 + 5, "Basis: erst 2 Tage", "basis: only 2 days"),
        (86_400, "Basis: erst 1 Tag", "basis: only 1 day"),
        (7300, "Basis: erst 2 Stunden", "basis: only 2 hours"),
        (60, "Basis: erst 1 Minute", "basis: only 1 minute"),
        (0, "Basis: erst 1 Minute", "basis: only 1 minute"),
    ],
)
def test_a_thin_basis_is_named(basis, german, english):
    said = reason(Figures(0, 20, 2, 0.1, basis=basis), ("x",), "UTC")
    assert said["de"].endswith(f" ({german}).")
    assert said["en"].endswith(f" ({english}).")


def signal(detector: str, actual: float, expected: float, *, alarm: bool = True) -> Signal:
    return Signal(detector, "acme", 0.0, alarm, actual, expected, 0.0, 0.0, 9.0, 900)


def test_what_a_detector_says_itself_comes_first():
    words = {"de": "Eine einzelne laute Kritik.", "en": "One loud critic."}
    assert reason(STORM, ("Abschlag",), "Europe/Berlin", words) == {
        "de": "Eine einzelne laute Kritik. Seit 19:21 Uhr; Treiber: Abschlag.",
        "en": "One loud critic. Since 19:21; drivers: Abschlag.",
    }


def test_people_and_reach_have_their_sentence_where_mentions_do_not_surge():
    few = msgspec.structs.replace(STORM, actual=50.0)
    people = reason(few, (), "Europe/Berlin", signals=[signal("authors", 300, 100), signal("reach", 50, 10)])
    assert people["de"].startswith(
        "Seit 19:21 Uhr 3-mal so viele Menschen wie üblich (300 statt 100 in 15 Minuten); Erw"
    )
    assert people["en"].startswith(
        "Since 19:21, 3 times as many people as usual (300 instead of 100 in 15 minutes); men"
    )
    reach = reason(few, (), "Europe/Berlin", signals=[signal("reach", 50, 10)])
    assert (
        "5-mal so viel Reichweite negativer Erwähnungen wie üblich; Erwähnungen: 50 statt 45 je Minute" in reach["de"]
    )
    assert "5 times as much reach of negative mentions as usual; mentions: 50 instead of 45 a minute" in reach["en"]
    both = reason(STORM, (), "Europe/Berlin", signals=[signal("volume", 900, 200), signal("authors", 300, 100)])
    assert both["de"].startswith("Seit 19:21 Uhr 3,6-mal so viele Erwähnungen wie üblich")


def test_the_sentence_follows_the_storm_as_it_calms_down():
    over = msgspec.structs.replace(STORM, actual=50.0, share=0.3, at=STORM.since + 3000)
    assert reason(over, ("Abschlag",), "Europe/Berlin") == {
        "de": "Begonnen um 19:21 Uhr, inzwischen kaum mehr Erwähnungen als üblich (50 statt 45 je Minute), davon 30 % "
        "negativ; Treiber: Abschlag.",
        "en": "Began at 19:21, by now hardly more mentions than usual (50 instead of 45 a minute), 30% of them "
        "negative; drivers: Abschlag.",
    }
    young = msgspec.structs.replace(over, at=STORM.since + 60)
    assert reason(young, (), "Europe/Berlin")["en"].startswith("Since 19:21, 1.1 times as many")
