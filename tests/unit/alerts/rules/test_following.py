"""Watches follow the rules in force: one that comes is learned from the past, the last that goes leaves none."""

import pytest

from alerts.rules.following import Following
from alerts.watching.watch import Watch
from app.domain.rule import Rule
from app.domain.tally import MinuteTally
from tests.fixtures.store import NOON

pytestmark = pytest.mark.anyio
DAY = 86_400


def put(context, *rules: Rule) -> None:
    """Put rules in force."""
    watchlist = context.watchlist
    watchlist._put(watchlist.in_force._replace(config=watchlist.config.model_copy(update={"rules": rules})))


async def test_a_rule_learns_when_it_comes_and_the_last_one_leaves_none(context):
    start = int(NOON) // 60 * 60 - DAY
    with context.store.transaction() as tx:
        tx.tallies.seed("nordlicht", "x", [MinuteTally(start + 60 * n, 3) for n in range(1440)], NOON)
    following, watch = Following(context), Watch("nordlicht", list, "Europe/Berlin")
    rule = Rule("many", "Many", "mentions(5m) > 50")
    put(context, rule)
    await following.adopt([watch], NOON)
    assert watch.rules.stated == (rule,)
    assert watch.rules.step(NOON, ())[0].basis == pytest.approx(DAY, abs=300)
    put(context)
    await following.adopt([watch], NOON + 60)
    assert (watch.rules.stated, watch.rules.step(NOON + 60, ())) == ((), ())
