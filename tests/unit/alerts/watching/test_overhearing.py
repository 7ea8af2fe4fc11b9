"""Posts of a brand that is not learned yet: they are held, and told as soon as somebody watches."""

import msgspec
import pytest

from alerts.detectors.critic import CriticDetector
from alerts.watching.overhearing import Overhearing
from alerts.watching.watch import Watch
from tests.fixtures.store import NOON, said

pytestmark = pytest.mark.anyio
ZONE = "Europe/Berlin"


async def test_posts_of_a_brand_nobody_watches_yet_are_held_for_its_watch(context):
    loud = said(context.identity, at=NOON - 60)
    loud = msgspec.structs.replace(
        loud,
        mention=msgspec.structs.replace(
            loud.mention, author=msgspec.structs.replace(loud.mention.author, followers=900_000)
        ),
    )
    with context.store.transaction() as tx:
        tx.mentions.upsert([(loud, 1)])
    overhearing, watch = Overhearing(context), Watch("nordlicht", lambda: [CriticDetector("nordlicht", ZONE)], ZONE)
    await overhearing.look({}, NOON)
    (critic,) = watch.detectors
    assert not critic.step(NOON, ()).alarm
    overhearing.tell_all([watch])
    assert critic.step(NOON + 10, ()).actual == 900_000
