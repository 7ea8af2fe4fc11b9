import pytest
from msgspec.structs import replace
from prometheus_client import REGISTRY

from app.bus.port import Accepted
from app.config import read
from app.domain.mention import Author, AuthorRemoval, Deletion, Mention
from app.errors import Backpressure, BusUnavailable
from app.store.marks import handle_key
from ingest import publish
from ingest.publish import Intake
from tests.fixtures.store import NOON, said
from tests.intake import MemoryBus

pytestmark = pytest.mark.anyio

CONFIG = """
brands:
  - {id: nordlicht, name: Nordlicht, query: nordlicht, accounts: ['@nordlichtstrom']}
  - {id: sued, name: Süd, query: sued}
sources:
  - {id: push, connector: push}
  - {id: bound, connector: push, brand: sued}
"""


@pytest.fixture
def bus():
    return MemoryBus()


@pytest.fixture
def intake(bus, store, identity, clock):
    return Intake(read(CONFIG, "config.yaml"), bus, store, identity, clock)


def post(number, text="Nordlicht", *, author="anna", at=NOON - 10, **more):
    return Mention("x", str(number), at, text, Author(author), **more)


async def test_what_matches_is_published_clean_and_named(intake, bus, identity):
    assert await intake.take([post(1, " Nordlicht &amp; Co "), post(2, "nichts")], "push") == Accepted(1, unmatched=1)
    [event] = bus.events
    assert (event.text, event.brands, event.source) == ("Nordlicht & Co", ("nordlicht",), "push")
    assert event.key == identity.key("x", "1")


async def test_the_same_again_is_a_duplicate_and_the_counts_sum(intake):
    events = [post(n) for n in range(1_100)]
    assert await intake.take(events, "push") == Accepted(accepted=1_100)
    assert await intake.take(events, "push") == Accepted(duplicates=1_100)


async def test_another_configuration_counts_from_when_it_is_adopted(intake, bus):
    later = read(CONFIG.replace("query: nordlicht", "query: polarlicht").replace("brand: sued", "brand: nordlicht"))
    assert await intake.take([post(1), post(2, "Polarlicht"), post(3, "x")], "push") == Accepted(1, unmatched=2)
    await intake.adopt(later)
    await intake.adopt(later)
    assert await intake.take([post(4), post(2, "Polarlicht")], "push") == Accepted(1, unmatched=1)
    assert await intake.take([post(5, "irgendwas")], "bound") == Accepted(1)
    assert [(event.id, event.brands[0]) for event in bus.events] == [
        ("1", "nordlicht"),
        ("2", "nordlicht"),
        ("5", "nordlicht"),
    ]


async def test_a_queries_place_is_kept_where_only_sources_change(intake):
    before = intake._matcher
    await intake.adopt(read(CONFIG + "  - {id: third, connector: push}\n"))
    assert intake._matcher is before


async def test_a_reply_to_a_mention_of_a_brand_that_went_belongs_to_nobody(intake):
    await intake.take([post(1, "sued")], "push")
    only = CONFIG.replace("  - {id: sued, name: Süd, query: sued}\n", "").replace(", brand: sued", "")
    await intake.adopt(read(only))
    assert await intake.take([post(2, "Genau!", in_reply_to="1")], "push") == Accepted(unmatched=1)


async def test_the_figures_tell_what_became_of_events(intake):
    def figure(outcome):
        return REGISTRY.get_sample_value("emberwatch_mentions_total", {"source": "figures", "outcome": outcome}) or 0

    await intake.take([post(1), post(2), post(3, "nichts")], "figures")
    await intake.take([post(1)], "figures")
    assert {name: figure(name) for name in publish.OUTCOMES.values()} == {
        "accepted": 2, "duplicate": 1, "edited": 0, "deleted": 0, "unmatched": 1,
    }  # fmt: skip


async def test_a_reply_or_quote_of_a_mention_belongs_to_its_brands(intake, bus):
    await intake.take([post(1)], "push")
    thread = [
        post(2, "Genau!", in_reply_to="1"),
        post(3, "Sued auch", quotes="2"),
        post(4, "ach", in_reply_to="99"),
        post(5, "Nordlicht", in_reply_to="1"),
    ]
    assert await intake.take(thread, "push") == Accepted(3, unmatched=1)
    assert [event.brands for event in bus.events] == [
        ("nordlicht",),
        ("nordlicht",),
        ("nordlicht", "sued"),
        ("nordlicht",),
    ]


async def test_a_bound_source_and_a_named_brand_always_count(intake, bus):
    await intake.take([post(1, "egal")], "bound")
    await intake.take([post(2, "egal")], "push", brand="nordlicht", demo=True)
    assert [(event.brands, event.demo) for event in bus.events] == [(("sued",), False), (("nordlicht",), True)]


async def test_an_edit_that_stops_matching_is_published_without_brands(intake, bus):
    both = [post(1), post(1, "verschrieben", revision=5, edited_at=NOON - 5)]
    assert await intake.take(both, "push") == Accepted(accepted=1, edited=1)
    assert bus.events[-1].brands == ()
    assert await intake.take([post(1, "wieder Nordlicht", revision=6)], "push") == Accepted(edited=1)


async def test_deletions_go_by_known_id(intake, bus):
    await intake.take([post(1)], "push")
    gone = [Deletion("x", "1", NOON + 900), Deletion("x", "2", NOON)]
    assert await intake.take(gone, "push") == Accepted(deleted=1, unmatched=1)
    assert bus.events[-1].deleted_at == NOON
    assert bus.events[-1].source == "push"


async def test_what_is_older_than_the_bus_remembers_is_recalled_from_the_archive(intake, bus, store, identity):
    old = said(identity, "old", channel="x", at=NOON - 20 * 86_400)
    with store.transaction() as tx:
        tx.mentions.upsert([(old, 3), (said(identity, "gone", channel="x"), 1)])
        tx.mentions.wipe([(Deletion("x", "gone", NOON), 2, None)])
    events = [
        post("old", at=NOON - 20 * 86_400),
        post("new", at=NOON - 20 * 86_400),
        Deletion("x", "gone", NOON),
        post(5),
    ]
    await intake.take(events, "push")
    assert bus.remembered.keys() == {identity.key("x", "old"), identity.key("x", "gone")}
    assert bus.remembered[identity.key("x", "old")][0] == 3
    assert bus.remembered[identity.key("x", "old")][2].brands == ("nordlicht",)
    assert bus.remembered[identity.key("x", "gone")][2] is None


async def test_a_vanished_author_takes_everything_along(intake, bus, store, identity):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, "archived", channel="x", author="anna"), 1)])
    bus.newest[identity.key("x", "archived")] = replace(post("archived"), brands=("nordlicht",))
    await intake.take([post("fresh"), post("other", author="bert")], "push")
    batch = [post("newest"), AuthorRemoval("x", "anna", NOON)]
    assert await intake.take(batch, "push") == Accepted(accepted=1, deleted=3)
    assert {event.id for event in bus.events if isinstance(event, Deletion)} == {"archived", "fresh", "newest"}
    assert await intake.take([AuthorRemoval("x", "nobody", NOON)], "push") == Accepted()


async def test_a_vanished_author_is_no_customer_any_more(intake, store, identity):
    anna = said(identity, "archived", channel="x", author="anna")
    keys = [identity.author("x", "anna"), handle_key(identity, "x", anna.mention.author.handle)]
    with store.transaction() as tx:
        tx.mentions.upsert([(anna, 1)])
        for key in (*keys, identity.author("x", "bert")):
            tx.marks.add(key, "customer", NOON)
    await intake.take([AuthorRemoval("x", "anna", NOON)], "push")
    with store.transaction() as tx:
        assert [tx.marks.clear(key, "customer") for key in keys] == [False, False]
        assert tx.marks.clear(identity.author("x", "bert"), "customer")


async def test_refusals_reach_the_sender(intake, bus):
    bus.behind = 2.0
    with pytest.raises(Backpressure):
        await intake.take([post(1)], "push")
    bus.away = True
    with pytest.raises(BusUnavailable):
        await intake.take([post(1)], "push")


class Directory:
    """A channel that knows how many follow each author, and a connector that has it looked up."""

    most = 2

    def __init__(self):
        self.asked = []

    def lookup(self):
        return self

    def handles(self, accounts):
        return []

    async def ask(self, ids):
        self.asked += ids
        return {one: Author(one, followers=7) for one in ids}

    async def close(self):
        self.asked.append("closed")


async def test_authors_of_what_matches_are_told_before_it_is_published(intake, bus):
    known = Directory()
    events = [post(1), post(2, "nichts", author="bert"), Deletion("x", "3", NOON)]
    async with intake.introducing("push", known):
        await intake.take(events, "push")
        await intake.take([post(4, author="cora")], "bound")
    assert [(event.id, event.author.followers) for event in bus.events] == [("1", 7), ("4", None)]
    assert known.asked == ["anna", "closed"]
    assert (await intake.take(events, "push")).duplicates == 1
