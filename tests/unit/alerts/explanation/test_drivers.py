"""What drives an incident: topics of the archive, else terms of the tallies."""

import pytest
from msgspec.structs import replace

from alerts.explanation.drivers import Drivers
from app.bus.port import Snapshot
from app.config.model import Config
from app.domain.brand import Brand
from app.domain.mention import Author
from app.domain.repertoire import HOUR
from app.domain.tally import contribution, reduce
from app.errors import StoreUnavailable
from app.service import Context
from ingest.talk import TalkCounter
from tests.fixtures.store import NOON, said

pytestmark = pytest.mark.anyio
BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht")
BEFORE = int(NOON) // HOUR * HOUR - 12 * HOUR
SNAPSHOT = Snapshot({}, NOON, {f"nordlicht:t:{int(NOON) // 600 * 600}": {"n:hotline": 9}}, {}, {})


@pytest.fixture
def context(store, clock, identity, tmp_path):
    return Context(Config(brands=(BRAND,)), tmp_path, clock, None, store, identity)


def speaking(identity, number, at, terms, name):
    one = said(identity, f"at://{number}", f"Wieder {terms[0].title()}", at=at, author=f"did:{number}")
    one = replace(one, mention=replace(one.mention, author=Author(f"did:{number}", None, name)))
    return replace(one, analysis=replace(one.analysis, terms=terms))


def storm(store, clock, identity, hours):
    calm = [speaking(identity, n, BEFORE + n * HOUR / 10, ("tarif",), "Karla Kiel") for n in range(10 * hours)]
    cut = [
        speaking(identity, 500 + n, NOON - 90 + n, (("stromausfall",), ("karla",))[n % 2], "Karla Kiel")
        for n in range(20)
    ]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in calm + cut])
        tx.tallies.append(0, "1-0", NOON, reduce(contribution(one, one.mention.author.id) for one in calm + cut))
    counter = TalkCounter(store, clock)
    while counter.step():
        pass


async def test_topics_since_the_onset_without_names_of_authors(context, store, clock, identity):
    storm(store, clock, identity, 11)
    (found,) = await Drivers(context).of(SNAPSHOT, BRAND, NOON - 600)
    assert (found.term, found.count) == ("Stromausfall", 10)
    assert found.z > 2


async def test_terms_of_the_tallies_while_too_little_is_known_of_what_is_usual(context, store, clock, identity):
    storm(store, clock, identity, 2)
    assert [one.term for one in await Drivers(context).of(SNAPSHOT, BRAND, NOON - 600)] == ["hotline"]


async def test_terms_of_the_tallies_while_the_archive_is_away(context, store):
    store.close()

    class Away:
        def read(self, *_: object) -> None:
            raise StoreUnavailable("The archive is away.")

    drivers = Drivers(context)
    drivers._topics = Away()
    assert [one.term for one in await drivers.of(SNAPSHOT, BRAND, NOON - 600)] == ["hotline"]
