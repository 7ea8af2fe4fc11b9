import pytest
from msgspec.structs import replace

from app.domain.incident import Incident, Signal
from app.domain.silence import LONGEST, Silence, checked, silenced
from app.errors import WrongInput


def signal(detector: str) -> Signal:
    return Signal(detector, "acme", 1.0, alarm=True, actual=90, expected=10, low=5, high=20, risk=9.5, window=300)


STORM = Incident("i1", "acme", 100.0, "firing", "warning", (signal("volume"),), topic="bills")
QUIET = Silence("s1", "acme", "anna", "Planned outage", 0.0, 1000.0)


@pytest.mark.parametrize(
    ("silence", "heard"),
    [
        ({}, False),
        ({"brand": "other"}, True),
        ({"topic": "bills"}, False),
        ({"topic": "hotline"}, True),
        ({"detector": "volume"}, False),
        ({"detector": "negative"}, True),
        ({"rule": "r1"}, True),
        ({"severity": "warning"}, False),
        ({"severity": "note"}, True),
        ({"severity": "crisis"}, False),
        ({"until": 100.0}, True),
        ({"created_at": 101.0}, False),
    ],
    ids=str,
)
def test_what_a_silence_covers(silence, heard):
    given = replace(QUIET, **silence)
    assert silenced([given], STORM, 100.0) == (None if heard else given)


@pytest.mark.parametrize(
    ("incident", "heard"),
    [
        ({"severity": "crisis"}, True),
        ({"topic": None}, True),
        ({"signals": (signal("volume"), signal("negative"))}, True),
        ({"rules": ("r1",)}, True),
        ({"drill": "d1"}, True),
        ({"state": "owned"}, False),
    ],
    ids=str,
)
def test_what_goes_beyond_its_silence_breaks_through(incident, heard):
    narrow = replace(QUIET, topic="bills", detector="volume")
    assert (silenced([narrow], replace(STORM, **incident), 100.0) is None) == heard


def test_of_several_the_one_that_lasts_longest_is_told():
    longer = replace(QUIET, id="s2", until=2000.0)
    assert silenced([QUIET, longer], STORM, 100.0) == longer
    assert silenced([QUIET, longer], STORM, 1500.0) == longer
    assert silenced([QUIET, longer], STORM, 2000.0) is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"owner": ""}, "needs an owner"),
        ({"until": 59.0}, "at least a minute"),
        ({"until": LONGEST + 1}, "30 days at most"),
    ],
)
def test_a_silence_has_owner_reason_and_end(wrong, sentence):
    assert checked(replace(QUIET, until=LONGEST)).until == LONGEST
    with pytest.raises(WrongInput, match=sentence):
        checked(replace(QUIET, **wrong))


def test_an_incident_is_quiet_until_its_silence_ends():
    assert not STORM.quiet(100.0)
    held = replace(STORM, silence="s1", silent_until=200.0)
    assert held.quiet(199.0)
    assert not held.quiet(200.0)
    assert held.alive
    assert not replace(held, state="resolved").alive
