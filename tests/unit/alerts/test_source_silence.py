"""Time lines: a source in trouble, second by second on our own clock."""

import msgspec
import pytest

from alerts.plea import plea
from alerts.source_silence import STEADY, SourceSilence, Trouble, ended, trouble
from app.domain.alarm import Alarm
from app.domain.source import SourceState

NOW = 1_795_010_400.0
"""15:00 in Berlin."""


def state(status="live", cause="", *, since=-3600.0, reported=0.0, **more):
    return SourceState("live", "x", status, NOW + since, NOW + reported, cause=cause, **more)


def line(silence, *stretches):
    """Step every 5 s through stretches of (seconds, status, cause); return when an alarm rose and ended."""
    told, at, open_ = [], NOW, False
    for seconds, status, cause in stretches:
        began = at
        while at < began + seconds:
            one = SourceState("live", "x", status, began, at, cause=cause)
            found = silence.step(one, at)
            if (found is not None) is not open_:
                open_ = found is not None
                told.append(at - NOW)
                silence.alarm = Alarm("a", "live", "x", *found, at, at, {}) if found else None
            at += 5
    return told


@pytest.mark.parametrize(
    ("cause", "seconds"),
    [("credential", 60), ("setting", 60), ("network", 120), ("server", 300), ("quota", 900), ("bus", 120), ("", 120)],
)
def test_each_cause_has_its_patience(cause, seconds):
    assert line(SourceSilence(), (60, "live", ""), (1800, "unreachable", cause)) == [60 + seconds]


def test_a_short_reconnect_is_no_alarm():
    assert line(SourceSilence(), (60, "live", ""), (60, "unreachable", "network"), (300, "live", "")) == []


def test_an_alarm_ends_by_itself_once_the_source_is_steady():
    assert line(SourceSilence(), (200, "unreachable", "network"), (600, "live", "")) == [120, 200 + STEADY]


def test_a_line_that_comes_and_goes_is_one_silence():
    flapping = [(50, "unreachable", "network"), (30, "live", "")] * 10
    assert line(SourceSilence(), *flapping) == [120], "and it is not steady for a minute in between"


def test_a_cause_that_changes_goes_on():
    assert line(SourceSilence(), (200, "unreachable", "network"), (600, "failed", "credential")) == [120]


def test_a_person_who_pauses_it_ends_it_at_once_and_raises_none():
    assert line(SourceSilence(), (200, "unreachable", "network"), (600, "held", "person")) == [120, 200]
    assert line(SourceSilence(), (900, "stopped", "")) == []


def test_one_that_starts_has_a_minute():
    assert trouble(state("starting", since=-59), NOW) is None
    assert trouble(state("starting", since=-61), NOW) == Trouble("deaf", "", NOW - 61)


def test_one_that_nobody_reports_is_not_listened_to():
    assert trouble(state(reported=-19), NOW) is None
    assert trouble(state(reported=-21), NOW) == Trouble("deaf", "", NOW - 21)


def test_much_is_usual_and_nothing_comes():
    hushed = {"usual": 40.0, "patience": 1200.0}
    assert trouble(state(heard_at=NOW - 1199, **hushed), NOW) is None
    quiet = state(heard_at=NOW - 1201, **hushed)
    assert trouble(quiet, NOW) == Trouble("quiet", "quiet", NOW - 1201)
    assert SourceSilence().step(quiet, NOW) is not None, "its patience is over already"
    assert trouble(state(heard_at=NOW - 9999, since=-60, **hushed), NOW) is None, "it has only just come back"
    assert trouble(state(heard_at=NOW - 9999, passive=True, **hushed), NOW) is None
    assert trouble(state(heard_at=NOW - 9999), NOW) is None, "nobody knows what is usual"
    assert trouble(state(**hushed), NOW) is None


def test_an_alarm_of_an_earlier_service_goes_on_and_keeps_its_beginning():
    alarm = Alarm("a", "live", "x", "deaf", "network", NOW - 900, NOW - 800, NOW - 800, {})
    silence = SourceSilence(alarm)
    assert silence.step(state("unreachable", "network", since=-10), NOW) == Trouble("deaf", "network", NOW - 900)
    assert silence.step(state(), NOW + 5) is not None
    assert ended(alarm, NOW).resolved_at == NOW


def test_what_it_says():
    one = state("unreachable", "network", usual=1234.0)
    deaf = Trouble("deaf", "network", NOW)
    assert plea(one, deaf, "Europe/Berlin", lost=False) == {
        "de": "live hört seit 15:00 Uhr nicht: keine Verbindung.",
        "en": "live has not been listening since 15:00: no connection.",
    }
    assert plea(one, deaf, "Europe/Berlin", lost=True)["de"].endswith("läuft der Dienst ingest?")
    quiet = plea(one, Trouble("quiet", "quiet", NOW), "Europe/Berlin", lost=False)
    assert quiet["de"] == "live ist verbunden, bringt aber seit 15:00 Uhr nichts; üblich sind jetzt 1.234 je Stunde."
    assert "1,234 an hour" in quiet["en"]
    assert plea(one, msgspec.convert(("deaf", "person", NOW), Trouble), "UTC", lost=False)["en"].endswith("not known.")
