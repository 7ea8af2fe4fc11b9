from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.domain.rule import Rule, hours, quiet_at

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("22:00-06:00", (1320, 360)),
        (" 8:00 \u2013 24:00 ", (480, 1440)),
        ("9:30-12:00", (570, 720)),
        ("nachts", None),
        ("22-6", None),
        ("25:00-06:00", None),
        ("24:30-06:00", None),
        ("06:00-06:00", None),
    ],
)
def test_quiet_hours_are_read(written, read):
    assert hours(written) == read


@pytest.mark.parametrize(
    ("quiet", "time", "is_quiet"),
    [
        ("22:00-06:00", "21:59", False),
        ("22:00-06:00", "22:00", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "06:00", False),
        ("09:00-12:00", "09:00", True),
        ("09:00-12:00", "12:00", False),
        ("", "03:00", False),
    ],
)
def test_quiet_hours_are_those_of_the_site(quiet, time, is_quiet):
    at = datetime.fromisoformat(f"2026-11-21T{time}").replace(tzinfo=BERLIN).timestamp()
    assert quiet_at(Rule("a", "A", "mentions(1h) > 3", quiet=quiet), at, "Europe/Berlin") is is_quiet


def test_a_rule_watches_over_all_brands_or_over_its_own():
    assert Rule("a", "A", "").scopes(("x", "y")) == ("x", "y")
    assert Rule("a", "A", "", brands=("y", "gone")).scopes(("x", "y")) == ("y",)
    assert Rule("a", "A", "", topic="preis").scopes(("x", "y")) == ("x/preis", "y/preis")
