import pytest
import structlog

from app.clock import ManualClock
from app.config import Source
from app.domain.mention import Author, Mention
from app.domain.source import Gap, Quota, SourceState
from ingest.connector import Batch
from ingest.health import Health

NOON = 1_795_000_020.0


@pytest.fixture
def clock():
    return ManualClock(NOON)


@pytest.fixture
def health(clock):
    return Health(Source(id="one", connector="x"), clock)


def said(at):
    return Mention("x", "1", at, "Hello", Author("anna"))


def test_a_batch_is_counted_and_proves_that_the_channel_answers(health, clock):
    health.say("live", "")
    clock.advance(5)
    health.hear(Batch([said(NOON + 2)], received=7, quota=Quota(300, 12)))
    health.publish(1)
    state = health.report()
    assert (state.received, state.matched, state.last_item_at, state.lag) == (7, 1, NOON + 2, 3.0)
    assert (state.heard_at, state.proved_at, state.quota.left, state.reported_at) == (NOON + 5, NOON + 5, 12, NOON + 5)
    health.hear(Batch())
    assert health.state.quota.left == 12, "what a channel does not repeat still holds"
    assert health.state.heard_at == NOON + 5


def test_what_cannot_be_read_is_counted_always_and_logged_once_a_kind(health):
    with structlog.testing.capture_logs() as logs:
        for fault in ("no id", "no id", "no time"):
            health.hear(Batch(received=2, unreadable=2, fault=fault))
    assert health.state.unreadable == 6
    assert [entry["fault"] for entry in logs if entry["event"] == "source.unreadable"] == ["no id", "no time"]


def test_kinds_of_faults_are_bounded(health):
    with structlog.testing.capture_logs() as logs:
        for number in range(500):
            health.hear(Batch(received=1, unreadable=1, fault=f"fault {number}"))
    assert len(logs) == 200
    assert health.state.unreadable == 500


def test_the_five_newest_gaps_are_kept_and_one_that_grows_is_one(health):
    for number in range(7):
        health.hear(Batch(gap=Gap(100.0 * number, 100.0 * number + 10, "too old")))
    health.miss(Gap(600.0, 650.0, "too old"))
    assert [gap.since for gap in health.state.gaps] == [600.0, 500.0, 400.0, 300.0, 200.0]
    assert health.state.gaps[0].until == 650.0


def test_reconnects_are_counted_when_it_is_back(health):
    health.say("live", "")
    for status in ("unreachable", "failed", "starting", "live", "paused", "live", "unreachable", "idle"):
        health.say(status, "" if status == "live" else "why")
    assert health.state.reconnects == 2, "holding it back ourselves is no reconnect, and starting counts for nothing"


def test_it_goes_on_from_what_an_earlier_process_reported(health):
    assert health.remembers_nothing
    gap = Gap(1.0, 2.0, "too old")
    health.remember(SourceState("one", "x", "live", 0, 0, last_item_at=5.0, gaps=(gap,), reconnects=4))
    assert not health.remembers_nothing
    assert (health.state.gaps, health.state.last_item_at, health.state.reconnects) == ((gap,), 5.0, 0)


def test_alive_with_nothing_said_is_really_quiet(health, clock):
    health.say("live", "")
    health.hear(Batch(received=1))
    assert health.report().cause == ""
    clock.advance(601)
    health.say("live", "")
    assert health.report().cause == "quiet"
    assert health.state.cause == "", "which is said of it, not by it"
    health.say("unreachable", "gone", "network")
    assert health.report().cause == "network"


def test_who_never_answers_any_more_is_not_believed_to_be_live(health, clock):
    health.say("live", "")
    for _ in range(6):
        clock.advance(400)
        health.say("live", "")
    clock.advance(1_199)
    assert health.report().status == "live", "three times its longest pause is not over"
    clock.advance(2)
    stalled = health.report()
    assert (stalled.status, stalled.cause, stalled.since) == ("unreachable", "network", NOON + 2_400)
    assert "20 min" in stalled.reason
    health.say("live", "")
    assert health.report().status == "live"


def test_an_outage_is_no_pause_of_the_channel(health, clock):
    for _ in range(6):
        health.say("live", "")
        clock.advance(10)
    health.say("unreachable", "gone", "network")
    clock.advance(90_000)
    health.say("live", "")
    assert health.pause == 10.0


@pytest.mark.parametrize("kind", ["passive", "local"])
def test_who_only_waits_or_reads_a_file_need_not_answer(health, clock, kind):
    health.describe(type("Kind", (), {kind: True})())
    for _ in range(6):
        health.say("live", "")
        clock.advance(10)
    clock.advance(90_000)
    assert health.report().status == "live"
    assert health.state.passive is (kind == "passive")


def test_a_rate_is_told_once_it_is_more_than_a_guess(health, clock):
    health.hear(Batch(received=10))
    clock.advance(299)
    assert health.report().rate is None
    clock.advance(301)
    assert health.report().rate == 60.0
    clock.advance(3_000)
    health.hear(Batch(received=5))
    clock.advance(1)
    assert health.report().rate == 5.0, "the first ten are more than an hour ago"


def test_what_our_own_bus_says_proves_nothing_of_the_channel(health, clock):
    health.say("paused", "behind", "bus")
    clock.advance(9)
    health.say("live", "")
    assert health.state.proved_at is None


def test_who_cannot_ask_again_knows_what_it_missed(health, clock):
    health.describe(type("Kind", (), {"rewinds": False})())
    health.say("live", "")
    health.say("unreachable", "No network.", "network")
    clock.advance(60)
    health.say("unreachable", "No server.", "server")
    clock.advance(30)
    health.say("live", "")
    health.hear(Batch(gap=Gap(NOON + 10, NOON + 95, "The stream began anew.")))
    (gap,) = health.state.gaps
    assert (gap.since, gap.until) == (NOON, NOON + 95), "two tell of the same silence"


def test_a_blink_is_no_gap_and_a_cursor_has_none(health, clock):
    health.say("unreachable", "gone", "network")
    clock.advance(60)
    health.say("live", "")
    health.describe(type("Kind", (), {"rewinds": False})())
    health.say("unreachable", "gone", "network")
    clock.advance(0.5)
    health.say("live", "")
    assert health.state.gaps == ()


def test_what_was_broken_before_a_restart_and_still_is_has_been_so_all_along(health):
    earlier = SourceState("one", "x", "failed", NOON - 900, NOON - 5)
    health.remember(earlier)
    health.say("unreachable", "gone", "network")
    assert health.state.since == NOON - 900
    health.say("live", "")
    health.remember(earlier)
    health.say("starting", "")
    health.say("unreachable", "gone", "network")
    assert health.state.since == NOON, "only what it says first"
    health.remember(SourceState("one", "x", "held", NOON - 900, NOON - 5))
    health.say("held", "loopback paused it.", "person")
    assert health.state.since == NOON - 900
