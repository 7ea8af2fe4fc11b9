# ruff: noqa: RUF001 # a minus is a minus sign on the wall

import re
from pathlib import Path
from string import Formatter

import pytest

from dashboard.i18n import LANGUAGES, LOCALES, catalogue, words


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def differences(one, other):
    """Return keys that only one language has, and those whose values differ."""
    return sorted(one.keys() ^ other.keys()) + sorted(
        k for k in one.keys() & other.keys() if fields(one[k]) != fields(other[k])
    )


def test_both_languages_say_the_same_things():
    assert differences(catalogue("de"), catalogue("en")) == []
    assert {path.stem for path in LOCALES.glob("*.yaml")} == set(LANGUAGES)


def test_a_missing_key_and_a_missing_value_are_found():
    german = dict(catalogue("de"))
    del german["headline.calm"]
    german["headline.figures"] = "{rate}"
    assert differences(german, catalogue("en")) == ["headline.calm", "headline.figures"]


def test_every_key_that_the_code_says_exists():
    folder = Path(__file__).parents[3] / "dashboard"
    said = {
        key
        for file in folder.rglob("*.py")
        for key in re.findall(r"(?:say|count)\(\s*\"([a-z_]+\.[a-z_.]+)\"", file.read_text())
    }
    known = catalogue("de").keys()
    assert said
    assert {key for key in said if key not in known and f"{key}.one" not in known} == set()


@pytest.mark.parametrize(
    ("language", "written"),
    [("de", ["1.240,5", "−3", "212 T", "1,2 Mio.", "58 %"]), ("en", ["1,240.5", "−3", "212k", "1.2M", "58%"])],
)
def test_numbers(language, written):
    say = words(language, "Europe/Berlin")
    assert [
        say.number(1240.5, 1),
        say.number(-3),
        say.short(212_000),
        say.short(1_200_000),
        say.share(58, 100),
    ] == written


def test_times_stand_in_the_zone_of_the_screen():
    assert words("de", "Europe/Berlin").second(1_795_000_020) == "12:07:00"
    assert words("de", "UTC").when(1_795_000_020 - 86_400, 1_795_000_020) == "17.11., 11:07"


@pytest.mark.parametrize(
    ("seconds", "written"), [(6, "6 s"), (61, "1 min"), (7200, "2 h"), (3 * 86_400, "3 Tage"), (-4, "0 s")]
)
def test_spans_that_never_break_between_number_and_unit(seconds, written):
    assert words("de", "UTC").span(seconds) == written.replace(" ", "\u00a0")


@pytest.mark.parametrize(("value", "written"), [(0.0, "0"), (3.44, "3,4"), (3.04, "3"), (38.4, "38")])
def test_rates(value, written):
    assert words("de", "UTC").figure(value) == written
