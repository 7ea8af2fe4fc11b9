"""What walls tell of an incident beyond its figures: who has it, what is next, and nothing of what was deleted."""

import msgspec
import pytest

from app.bus.port import Delta
from app.clock import ManualClock
from app.domain.events import IncidentEvent
from app.domain.explanation import Evidence
from app.domain.person import Person
from dashboard.brief import Brief
from dashboard.briefing import Briefing, brief
from dashboard.feed import Feed
from tests.fixtures.store import gone
from tests.unit.dashboard.rooms import BRAND, NOON, said, snapshot
from tests.unit.dashboard.test_takeover import EXPLAINED, POSTS, STORM, TOLD

pytestmark = pytest.mark.anyio


@pytest.fixture
def known(store):
    """Two posts in the archive, and a person."""
    posts = [said(n, NOON - n, "negative") for n in range(2)]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in posts])
        tx.people.put(Person("mw", "M. Weber"))
    return posts


def told_of(posts, **more):
    told = msgspec.structs.replace(TOLD, evidence=tuple(Evidence(one.mention.key, "reach") for one in posts))
    return msgspec.structs.replace(STORM, explanation=told, **more)


async def test_it_names_who_has_it_and_what_is_next(store, known):
    found = brief(store, told_of(known, owner="mw", state="owned"))
    assert found.owner == "M. Weber"
    assert [post.key for post in found.told["de"].evidence] == ["key0", "key1"]
    assert found.told["en"].evidence[0].reason == "largest reach"
    assert found.steps > 5
    first = found.step["de"]
    assert first
    assert len(first) < 120
    assert found.done == 0
    assert brief(store, told_of(known, owner="gone")).owner == "gone"


async def test_a_step_that_is_done_gives_way_to_the_next(store, known):
    from app.playbooks import to_do

    one = told_of(known)
    steps = to_do(store, 5, "de")
    with store.transaction() as tx:
        detail = {"step": steps[0].id, "done": True}
        tx.events.append(IncidentEvent("i1", BRAND.id, NOON, "ticked", "person", "mw", "crisis", 5, detail))
    found = brief(store, one)
    assert found.done == 1
    assert steps[1].text.startswith(found.step["de"])


async def test_what_is_deleted_is_told_no_more(store, known):
    found = brief(store, told_of(known))
    assert [post.key for post in found.without({"key0"}).told["de"].evidence] == ["key1"]
    assert found.without({"other"}) is found
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(known[0]), 2, None)])
    assert [post.key for post in brief(store, told_of(known)).told["de"].evidence] == ["key1"]


async def test_evidence_that_was_deleted_leaves_the_wall_at_once():
    class Bus:
        async def deltas(self):
            yield Delta(0, 1, NOON, {}, (), ("key1",), {})

    feed = Feed(Bus(), (BRAND,), ManualClock(NOON))
    told = msgspec.structs.replace(EXPLAINED, evidence=(POSTS[0], msgspec.structs.replace(POSTS[1], key="key1")))
    feed.tell_briefs({"i1": Brief({"de": told})})
    feed.state.load(snapshot(0), NOON)
    await feed._follow()
    assert [post.key for post in feed.around.briefs["i1"].told["de"].evidence] == ["k0"]


async def test_it_looks_only_while_somebody_watches(store, known):
    class House:
        clock = ManualClock(NOON)

    House.store = store
    feed, watching = Feed(None, (BRAND,), House.clock), [True]
    feed.around = msgspec.structs.replace(feed.around, incidents=(told_of(known, owner="mw"),))
    briefing = Briefing(House, feed, lambda: watching[0])
    await briefing.look()
    assert feed.around.briefs["i1"].owner == "M. Weber"
    watching[0] = False
    await briefing.look()
    assert feed.around.briefs == {}
