"""Following deltas: gaps and silence are noticed."""

import pytest
from redis.exceptions import ConnectionError as Broken

from app.bus.live import LIVE, SILENT_AFTER, Follow
from app.bus.port import Delta
from app.clock import ManualClock


def message(partition: int, seq: int) -> tuple[str, bytes]:
    return f"p{partition}", b"%d\n" % seq + LIVE.encode(Delta(partition, 0, 0.0, {}))


def test_a_gap_in_one_partition_says_read_again():
    follow = Follow(["p0", "p1"], ManualClock(0.0))
    assert follow.take(None) == [None]
    assert [d and d.seq for d in follow.take(message(0, 7))] == [7]
    assert [d and d.seq for d in follow.take(message(1, 3))] == [3]
    assert [d and d.seq for d in follow.take(message(0, 9))] == [None, 9]
    assert [d and d.seq for d in follow.take(message(1, 4))] == [4]
    assert follow.take(("p0", b"10\n\x07from a newer release")) == [None]


def test_a_partition_that_falls_silent_while_others_are_heard_breaks_the_subscription():
    clock = ManualClock(0.0)
    follow = Follow(["p0", "p1"], clock)
    follow.take(message(0, 1))
    clock.advance(SILENT_AFTER - 1)
    follow.take(message(0, 2))
    clock.advance(2)
    with pytest.raises(Broken, match="silent"):
        follow.take(message(0, 3))


def test_where_nobody_says_anything_nothing_is_broken():
    clock = ManualClock(0.0)
    follow = Follow(["p0"], clock)
    clock.advance(1000)
    assert len(follow.take(message(0, 1))) == 1
