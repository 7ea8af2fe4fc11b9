"""The watchlist on a real bus and archive: saved by one process, edited in a file, in force in all."""

from contextlib import asynccontextmanager

import anyio
import pytest
from structlog.testing import capture_logs

from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.config import Config, ConfigFile
from app.config.across import MOST
from app.domain.actor import LOOPBACK, Actor
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.rule import Rule
from app.errors import BusUnavailable, Conflict, NotAllowed, NotFound, QueryError, WrongInput
from app.watchlist import Watchlist

pytestmark = pytest.mark.anyio

FILE = """
brands:
  - {id: nord, name: Nord, query: nord}
  - {id: sued, name: Sued, query: sued}
campaigns:
  - {id: herbst, name: Herbst, brand: sued, query: '#herbst', start: 2026-11-01, end: 2026-11-30}
"""
NORD = Brand("nord", "Nord", "nord OR nordwind")
OST = Brand("ost", "Ost", "ost")


class Sped(SystemClock):
    """A clock on which waiting passes fast."""

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds / 20)


@pytest.fixture(params=["sqlite_store", pytest.param("postgres_store", marks=pytest.mark.long)])
def store(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(FILE)
    return path


@pytest.fixture
def made(bus, store, file):
    def make(on=bus):
        sheet = ConfigFile(file)
        return Watchlist(sheet.read(), on, store, Sped(), sheet)

    return make


@asynccontextmanager
async def following(*watchlists):
    async with anyio.create_task_group() as group:
        for one in watchlists:
            group.start_soon(one.run)
        yield
        group.cancel_scope.cancel()


async def faulty(watchlist):
    """Wait until something is wrong with it."""
    with anyio.fail_after(5):
        while not watchlist.faults:
            await anyio.lowlevel.checkpoint()


async def comes(watchlist, wanted):
    """Wait until a configuration fulfils what is wanted."""
    with anyio.fail_after(5):
        if not wanted(watchlist.config):
            async for config in watchlist.changes():
                if wanted(config):
                    return


def ids(config):
    return [brand.id for brand in config.brands]


def rewrite(path, text):
    """Write as editors do: beside the file, and then in its place."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


async def test_what_one_process_saves_is_in_force_there_at_once_and_in_the_others_soon(made):
    here, there = made(), made()
    async with following(here, there):
        await here.save(LOOPBACK, OST)
        assert ids(here.config) == ["nord", "sued", "ost"]
        await comes(there, lambda config: "ost" in ids(config))
        await there.remove(LOOPBACK, "brands", "ost")
        await comes(here, lambda config: "ost" not in ids(config))
    assert here.in_force.word == there.in_force.word


async def test_a_lost_word_on_the_bus_costs_two_seconds(made, bus, redis_server):
    class Mute(RedisBus):
        async def command(self, topic, payload):
            raise BusUnavailable("planted")

    mute = Mute(redis_server.url, partitions=1, lag_limit=1000, clock=SystemClock())
    here, there = made(mute), made()
    async with following(there):
        await here.save(LOOPBACK, OST)
        await comes(there, lambda config: "ost" in ids(config))
    await mute.close()


async def test_who_starts_later_begins_with_what_was_saved(made):
    await made().save(LOOPBACK, NORD)
    later = made()
    await later.load()
    assert later.config.brands[0] == NORD
    assert later.in_force.saved == {("brands", "nord")}


async def test_an_edit_of_the_file_is_in_force_and_wins_over_what_was_saved_before(made, file):
    one = made()
    await one.save(LOOPBACK, NORD)
    async with following(one):
        rewrite(file, FILE.replace("query: nord}", "query: norden}"))
        await comes(one, lambda config: config.brands[0].query == "norden")
        await one.save(LOOPBACK, NORD)
        assert one.config.brands[0] == NORD, "saved after the edit"
    assert one.faults == ()


async def test_a_broken_file_changes_nothing_and_is_named_until_it_is_mended(made, file):
    one = made()
    before = one.config
    async with following(one):
        with capture_logs() as lines:
            rewrite(file, FILE + "sorces: []\nsiet: {}\n")
            await faulty(one)
        assert one.config is before
        (fault,) = one.faults
        assert (fault.part, fault.kind) == ("config", "mistake")
        assert f"the one before stays: {file}:" in fault.reason
        assert "unknown key `sorces`" in fault.reason
        assert "1 more" in fault.reason
        assert [line["reason"] for line in lines if line["log_level"] == "error"] == [fault.reason]
        await one.save(LOOPBACK, OST)
        rewrite(file, FILE.replace("query: nord}", "query: norden}"))
        await comes(one, lambda config: config.brands[0].query == "norden")
        assert ids(one.config) == ["nord", "sued", "ost"]
        file.unlink()
        await faulty(one)
        assert "cannot be read (No such file" in one.faults[0].reason


async def test_what_needs_a_restart_is_named_and_the_rest_in_force(made, file):
    one = made()
    async with following(one):
        rewrite(file, "bus: {partitions: 4}\n" + FILE.replace("query: nord}", "query: norden}"))
        await comes(one, lambda config: config.brands[0].query == "norden")
    assert one.config.bus.partitions == 1
    assert [(fault.kind, fault.reason) for fault in one.faults] == [
        ("restart", "config.yaml has other bus; restart Emberwatch to use them.")
    ]


async def test_every_save_is_one_audit_row_with_its_author(made, store):
    one = made()
    await one.save(LOOPBACK, OST)
    await one.save(LOOPBACK, Topic("tarif", "Tarif", "tarif"))
    await one.save(LOOPBACK, ("casino",))
    await one.remove(LOOPBACK, "campaigns", "herbst")
    with store.reading() as tx:
        rows = tx.audit.find().items
    assert [(row.verb, row.scope, row.subject) for row in rows] == [
        ("campaign.remove", "", "herbst"),
        ("spam.save", "", ""),
        ("topic.save", "", "tarif"),
        ("brand.save", "ost", "ost"),
    ]
    assert [row.detail["revision"] for row in rows] == [4, 3, 2, 1]
    assert {row.actor for row in rows} == {"loopback"}


@pytest.mark.parametrize("actor", [Actor("machine", "till", ("machine",)), Actor("person", "anonymous", ())])
async def test_who_may_not_save_changes_nothing(made, store, actor):
    one = made()
    with pytest.raises(NotAllowed, match=r"may not brand\.save"):
        await one.save(actor, OST)
    with pytest.raises(NotAllowed, match=r"may not brand\.remove"):
        await one.remove(actor, "brands", "nord")
    with store.reading() as tx:
        assert (tx.saved.all(), tx.audit.find().items) == ([], [])


@pytest.mark.parametrize(
    ("row", "error", "said"),
    [
        (Brand("ost", "Ost", "ost AND )"), QueryError, "word is missing"),
        (Brand("ost", "Ost", "ost", exclude=("a", "(b")), QueryError, r"^exclude\[1\]: "),
        (("ok", ""), QueryError, r"^queries\[1\]: "),
        (Campaign("w", "W", "west", "#w", 1.0, 2.0), WrongInput, "There is no brand 'west'"),
        (Campaign("w", "W", "nord", "#w", 2.0, 2.0), WrongInput, "it ends before it starts"),
        (Topic("herbst", "H", "herbst"), Conflict, "campaign herbst has the id of a topic of sued"),
        (Topic("t", "T", "t", ("nord", "west")), WrongInput, "There is no brand 'west'; choose of: nord, sued"),
        (Brand("nord", "N", "n", rivals=(EVERY,)), WrongInput, "competitor nord has the id of a brand"),
    ],
)
async def test_what_does_not_fit_is_refused_and_leaves_no_trace(made, store, row, error, said):
    one = made()
    with pytest.raises(error, match=said):
        await one.save(LOOPBACK, row)
    with store.reading() as tx:
        assert (tx.saved.all(), tx.audit.find().items) == ([], [])


async def test_what_others_need_stays(made):
    one = made()
    with pytest.raises(Conflict, match=r"Something on the watchlist needs it\. The campaign herbst"):
        await one.remove(LOOPBACK, "brands", "sued")
    await one.remove(LOOPBACK, "campaigns", "herbst")
    await one.remove(LOOPBACK, "brands", "sued")
    with pytest.raises(Conflict, match="No brand would be left"):
        await one.remove(LOOPBACK, "brands", "nord")
    with pytest.raises(NotFound, match="There is no brand 'sued'"):
        await one.remove(LOOPBACK, "brands", "sued")


async def test_one_query_too_many_is_refused(bus, sqlite_store):
    topics = tuple(Topic(f"t{number}", "T", "t") for number in range(MOST - 1))
    one = Watchlist(Config(brands=(NORD,), topics=topics), bus, sqlite_store, SystemClock())
    with pytest.raises(WrongInput, match="At most 5,000 queries"):
        await one.save(LOOPBACK, OST)


RULE = Rule("viel", "Viel", "mentions(15m) > 50")


async def test_a_rule_is_saved_over_the_file_and_back(made, file):
    file.write_text(FILE + "rules: [{id: viel, name: Viel, when: mentions(15m) > 9}]\n")
    watchlist = made()
    stated = watchlist.stated("rules", "viel")
    assert watchlist.config.rules == (Rule("viel", "Viel", "mentions(15m) > 9"),) == (stated,)
    await watchlist.save(LOOPBACK, RULE)
    assert watchlist.config.rules == (RULE,)
    assert ("rules", "viel") in watchlist.in_force.saved
    other = made()
    await other.load()
    assert other.config.rules == (RULE,)
    assert other.in_force.word == watchlist.in_force.word != made().in_force.word
    await watchlist.save(LOOPBACK, stated)
    assert watchlist.config.rules == (stated,)
    assert not watchlist.in_force.saved
    await watchlist.remove(LOOPBACK, "rules", "viel")
    assert watchlist.config.rules == ()


async def test_a_rule_that_cannot_be_is_refused_with_a_sentence(made, store):
    watchlist = made()
    with pytest.raises(QueryError, match="did you mean mentions") as caught:
        await watchlist.save(LOOPBACK, Rule("x", "X", "mention(15m) > 50"))
    assert caught.value.position == 0
    for wrong, sentence in (
        (Rule("x", "X", RULE.when, brands=("west",)), "no brand 'west'"),
        (Rule("x", "X", RULE.when, topic="preis"), "no topic or campaign"),
        (Rule("x", "X", RULE.when, quiet="nachts"), "quiet hours are written"),
    ):
        with pytest.raises(WrongInput, match=sentence):
            await watchlist.save(LOOPBACK, wrong)
    with pytest.raises(NotAllowed):
        await watchlist.save(Actor("machine", "till", ("machine",)), RULE)
    with store.reading() as tx:
        assert tx.audit.find().items == []


async def test_what_a_rule_needs_cannot_go_and_a_rule_of_a_brand_that_went_is_left_out(made):
    watchlist = made()
    await watchlist.save(LOOPBACK, Topic("preis", "Preis", "preis"))
    await watchlist.save(LOOPBACK, Rule("x", "X", RULE.when, ("nord",), "preis"))
    with pytest.raises(Conflict, match="The rule x is of preis"):
        await watchlist.remove(LOOPBACK, "topics", "preis")
    with pytest.raises(Conflict, match="The rule x is of brands"):
        await watchlist.remove(LOOPBACK, "brands", "nord")
    await watchlist.save(LOOPBACK, Rule("x", "X", RULE.when, ("nord", "sued")))
    await watchlist.remove(LOOPBACK, "brands", "nord")
    assert watchlist.config.rules == (Rule("x", "X", RULE.when, ("sued",)),)
    assert watchlist.config.without_demo().rules == watchlist.config.rules
