"""Duty in detail: what was handed over is left alone for a while, and brands under one lease are given up singly."""

import pytest

from alerts.duty import SETTLED, YIELD, Duty, lease_of
from app.clock import ManualClock

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    monkeypatch.setattr("alerts.duty.LEASE", 600.0)  # Redis counts it by its own clock, and machines may be busy


def together() -> tuple[str, str]:
    """Return two brands under the same lease."""
    first = "b0"
    return first, next(name for name in (f"b{n}" for n in range(1, 10_000)) if lease_of(name) == lease_of(first))


async def test_what_was_handed_over_is_not_taken_back_at_once(timed_bus, clock: ManualClock):
    brands = [f"brand-{number}" for number in range(12)]
    first, second = Duty(timed_bus, brands, "a", clock), Duty(timed_bus, brands, "b", clock)
    await first.look()
    clock.advance(SETTLED)
    await timed_bus.report_service("alerts", "b", clock.now())
    await first.look()
    given = sorted(set(brands) - first.held)
    assert given
    assert not await first.confirm(given[0]), "nobody has it, and yet it is meant for the other"
    assert await second.look() == set(given)
    await second.leave()
    clock.advance(YIELD)
    assert await first.confirm(given[0]), "the other never came, or went"


async def test_brands_under_one_lease_are_dropped_one_by_one(timed_bus, clock: ManualClock):
    one, other = together()
    duty, heir = Duty(timed_bus, (one, other), "a", clock), Duty(timed_bus, (one, other), "b", clock)
    assert await duty.look() == {one, other}
    await duty.drop(one)
    assert duty.held == {other}
    assert not await heir.confirm(one), "the lease is held for the other brand"
    await duty.drop(other)
    assert duty.held == set()
    assert await heir.confirm(one)
