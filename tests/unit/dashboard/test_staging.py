import msgspec
import pytest

from app.domain.incident import Incident
from app.domain.level import Level
from dashboard.staging import HELD, Staging
from tests.unit.dashboard.rooms import NOON

FIRING = Incident("i1", "nordlicht", NOON, "firing", "warning", (), peak=100.0)


def at(level, **more):
    return msgspec.structs.replace(FIRING, level=None if level is None else Level(level), **more)


def seen(level, **more):
    return at(level, **({"state": "acknowledged", "acknowledged_at": NOON} | more))


def stage(staging, incident, after=0.0):
    return staging.step([incident], NOON + after).get("i1")


@pytest.mark.parametrize(
    ("level", "wanted"),
    [(None, "banner"), (0, "tile"), (1, "tile"), (2, "tile"), (3, "third"), (4, "full"), (5, "full"), (6, "full")],
)
def test_the_level_says_how_much_of_the_wall_it_takes(level, wanted):
    assert stage(Staging(), at(level)) == wanted


@pytest.mark.parametrize(("level", "left"), [(2, "tile"), (3, "banner"), (5, "banner")])
def test_an_acknowledgement_turns_a_takeover_into_a_banner_at_once(level, left):
    staging = Staging()
    stage(staging, at(level))
    assert stage(staging, seen(level), 1) == left


def test_it_returns_when_it_gets_worse_and_goes_when_that_is_acknowledged_too():
    staging = Staging()
    stage(staging, at(4))
    assert stage(staging, seen(4), 5) == "banner"
    assert stage(staging, seen(5, told_at=NOON + 90), 90) == "full"
    assert stage(staging, seen(3, told_at=NOON + 90), 100) == "full", "it stays a minute"
    assert stage(staging, seen(3, told_at=NOON + 90), 151) == "third"
    assert stage(staging, seen(5, told_at=NOON + 90, seen_at=NOON + 160), 160) == "banner"
    assert stage(staging, seen(5, told_at=NOON + 90, seen_at=NOON + 160, owner="mw"), 161) == "banner"


def test_a_takeover_stays_a_minute_also_when_the_storm_falls_or_ends():
    staging = Staging()
    assert stage(staging, at(4)) == "full"
    assert stage(staging, at(3), 20) == "full"
    assert stage(staging, at(3, state="resolved", resolved_by="alerts"), HELD - 1) == "full"
    assert stage(staging, at(3, state="resolved"), HELD) is None
    assert stage(Staging(), at(5, state="resolved")) is None


def test_a_person_who_resolves_or_silences_it_ends_it_at_once():
    for ended in ({"resolved_by": "mw"}, {"acknowledged_at": NOON + 5}):
        staging = Staging()
        stage(staging, at(4))
        assert stage(staging, at(4, state="resolved", **ended), 6) is None
    staging = Staging()
    stage(staging, at(5))
    assert stage(staging, at(5, silent_until=NOON + 6), 5) == "tile"
    assert stage(staging, at(5), 6) == "full"


def test_a_restart_changes_nothing():
    assert stage(Staging(), seen(6)) == "banner"
    assert stage(Staging(), seen(6, told_at=NOON + 1), 10) == "full"


def test_nothing_is_remembered_of_what_is_gone():
    staging = Staging()
    stage(staging, at(4))
    assert staging.step([], NOON + 10) == {}
    assert stage(staging, at(2), 20) == "tile"
