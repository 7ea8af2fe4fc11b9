"""Queries that ask who the author is, on a channel whose wire does not tell: may match, look up, match."""

import asyncio

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.bus.port import Accepted
from app.config import Config
from app.domain.brand import Brand, Topic, Watched
from app.domain.mention import Author, Mention
from app.domain.query import Query
from app.domain.subject import Subject
from app.errors import SourceUnavailable
from ingest.appview import AppView
from ingest.connector import Setting
from ingest.match import Matcher
from ingest.ours import AGAIN_IN, DAY, Ours
from ingest.profiles import Profiles, told
from ingest.publish import Intake
from tests import queries
from tests.fixtures.store import NOON
from tests.intake import MemoryBus, StillClock

STRANGERS = st.builds(
    Author,
    st.sampled_from(["did:plc:7", "nord"]),
    st.sampled_from([None, None, "nord"]),
    st.sampled_from([None, "Ute"]),
)
SAID = st.tuples(queries.MENTIONS, STRANGERS).map(lambda pair: replace(pair[0], author=pair[1]))
MANY = {"max_examples": 120, "deadline": None}


@given(queries.QUERIES, SAID, queries.AUTHORS)
@settings(**MANY)
def test_what_holds_once_the_author_is_known_may_hold_before(root, said, profile):
    query, known = Query(root), told(said, profile)
    assert not query.matches(Subject.of(known)) or query.may_match(Subject.of(said))


@given(queries.QUERIES, queries.MENTIONS.filter(lambda one: one.author.followers is not None))
@settings(**MANY)
def test_without_doubt_may_match_is_match(root, said):
    query = Query(root)
    assert query.may_match(Subject.of(said)) == query.matches(Subject.of(said))


@given(st.lists(queries.QUERIES, min_size=1, max_size=3), queries.QUERIES, queries.QUERIES, SAID, queries.AUTHORS)
@settings(max_examples=60, deadline=None)
def test_what_counts_once_the_author_is_known_is_looked_up(wanted, other, spam, said, profile):
    brands = tuple(Brand(str(rank), "", str(root), exclude=(str(other),)) for rank, root in enumerate(wanted))
    matcher = Matcher(Watched(brands, (Topic("t", "", str(other)),), (), (str(spam),)))
    strict = matcher.scopes(told(said, profile))
    looked_up = bool(matcher.scopes(said)) or matcher.may_count(said)
    assert (matcher.scopes(told(said, profile)) if looked_up else ()) == strict


@pytest.mark.parametrize(
    ("query", "may"),
    [
        ("strom followers:>1000", True),
        ("gas followers:>1000", False),
        ("strom NOT followers:>1000", True),
        ("gas OR author:@nord", True),
        ("strom author:@nord kind:reply", False),
        ("strom NOT (author:nord* OR weg)", False),
        ("NOT (NOT followers:<5) strom", True),
    ],
)
def test_doubt_goes_through_not_and_or(query, may):
    said = Mention("x", "1", NOON, "Strom ist weg", Author("did:1"))
    matcher = Matcher(Watched((Brand("b", "", query),)))
    assert (bool(matcher.scopes(said)) or matcher.may_count(said)) is may
    assert not matcher.may_count(replace(said, author=Author("did:1", followers=1)))


def test_queries_that_ask_nothing_of_authors_are_never_in_doubt():
    said = Mention("x", "1", NOON, "Strom", Author("did:1"))
    assert not Matcher(Watched((Brand("b", "", "strom NOT strom"),))).may_count(said)
    excluding = Brand("b", "", "strom kind:reply OR strom", exclude=("NOT author:nord strom",))
    assert Matcher(Watched((excluding,))).may_count(said)
    assert Matcher(Watched((Brand("b", "", "strom"),), spam=("strom NOT followers:>5",))).may_count(said)


class Directory:
    """A channel that knows authors by id and by handle; `away` answers nothing."""

    most = 2

    def __init__(self, *authors):
        self.authors = {author.id: author for author in authors}
        self.asked = []
        self.away = False

    def lookup(self):
        return self

    def handles(self, accounts):
        return sorted(account.removeprefix("@") for account in accounts)

    async def ask(self, ids):
        self.asked.append(list(ids))
        if self.away:
            raise SourceUnavailable("away", "network")
        return {one.id: one for one in self.authors.values() if one.id in ids or one.handle in ids}

    async def close(self):
        pass


ANNA, BERT, OURS = (
    Author("did:1", "anna.x", "Anna", 5000),
    Author("did:2", "bert.x", "Bert", 5),
    Author("did:3", "nord.x", "Nord", 9),
)
BRANDS = (
    Brand("big", "", "strom followers:>1000"),
    Brand("not", "", "gas NOT author:@bert.x"),
    Brand("nord", "", "nordlicht", ("@nord.x",)),
)
WATCHED = Config(brands=BRANDS, topics=(Topic("bekannt", "", "followers:>1000"),))


def post(number, text, author, **more):
    return Mention("x", str(number), NOON, text, Author(author), **more)


@pytest.fixture
def intake(store, identity):
    return Intake(WATCHED, MemoryBus(), store, identity, StillClock(NOON))


def heard(intake):
    return [(event.id, event.brands) for event in intake._bus.events]


@pytest.mark.anyio
async def test_only_who_may_decide_is_looked_up_and_then_it_is_strict(intake):
    known = Directory(ANNA, BERT)
    events = [
        post(1, "Strom weg", "did:1"),
        post(2, "Strom weg", "did:2"),
        post(3, "Gas", "did:2"),
        post(4, "Gas", "did:9"),
        post(5, "Wetter", "did:8"),
        post(6, "Genau!", "did:7", in_reply_to="1"),
        post(7, "Nein!", "did:7", in_reply_to="2"),
        post(8, "Nordlicht", "did:1"),
    ]
    async with intake.introducing("push", known):
        assert await intake.take(events, "push") == Accepted(accepted=4, unmatched=4)
    assert heard(intake) == [
        ("1", ("big", "big/bekannt")), ("4", ("not",)), ("6", ("big",)), ("8", ("nord", "nord/bekannt")),
    ]  # fmt: skip
    assert sorted(one for ids in known.asked for one in ids) == ["did:1", "did:2", "did:7", "did:9", "nord.x"]


@pytest.mark.anyio
async def test_without_an_answer_what_is_unknown_does_not_hold(intake):
    known = Directory(ANNA)
    known.away = True
    async with intake.introducing("push", known):
        taken = await intake.take([post(1, "Strom weg", "did:1"), post(2, "Gas", "did:2")], "push")
    assert (taken, heard(intake)) == (Accepted(accepted=1, unmatched=1), [("2", ("not",))])


@pytest.mark.anyio
async def test_our_accounts_are_recognised_by_their_handles_though_only_ids_come(intake):
    known = Directory(OURS)
    async with intake.introducing("push", known):
        assert known.asked == [["nord.x"]]
        await intake.take([post(1, "Guten Tag", "did:3"), post(2, "Guten Tag", "did:4")], "push")
        assert intake.concerns(replace(post(3, "Guten Tag", "did:3"), source="push"))
        assert intake.concerns(replace(post(3, "Strom", "did:4"), source="push"))
        assert not intake.concerns(replace(post(3, "Guten Tag", "did:4"), source="push"))
    [event] = intake._bus.events
    assert (event.author, event.brands) == (OURS, ("nord",))


@pytest.mark.anyio
async def test_our_accounts_are_asked_for_once_a_day_and_when_others_are_ours():
    clock, known = StillClock(NOON), Directory(OURS, ANNA)
    ours = Ours(known, clock)
    await ours.look(frozenset({"@nord.x"}))
    assert dict(ours.authors) == {"did:3": OURS}
    assert ours.look(frozenset({"@nord.x"})) is None
    await ours.look(frozenset({"@nord.x", "@anna.x", "@nobody.x"}))
    assert set(ours.authors) == {"did:1", "did:3"}
    clock.at += DAY
    known.away = True
    with structlog.testing.capture_logs() as logged:
        await ours.look(frozenset({"@nord.x", "@anna.x", "@nobody.x"}))
    assert (set(ours.authors), logged[0]["seconds"]) == ({"did:1", "did:3"}, AGAIN_IN)
    clock.at += AGAIN_IN
    known.away = False
    asking = ours.look(frozenset({"@anna.x"}))
    assert ours.look(frozenset()) is asking
    await asking
    assert set(ours.authors) == {"did:1"}
    assert ours.look(frozenset()) is None
    assert not ours.authors
    await ours.close()


@pytest.mark.anyio
async def test_a_slow_answer_about_our_accounts_holds_nobody_up():
    class Slow(Directory):
        async def ask(self, ids):
            await asyncio.Event().wait()

    async with Profiles(Slow(), StillClock(NOON), wait=0.01) as profiles, asyncio.timeout(2):
        await profiles.meet(frozenset({"@nord.x"}))
        said = post(1, "Guten Tag", "did:3")
        assert profiles.recognise([said], frozenset({"@nord.x"})) == [said]
    async with Profiles(None, StillClock(NOON)) as nobody:
        await nobody.meet(frozenset({"@nord.x"}))
        assert nobody.recognise([said], frozenset()) == [said]


def test_which_of_our_accounts_may_be_on_bluesky(tmp_path):
    view = AppView(Setting("live", None, StillClock(NOON), tmp_path, lambda *_: None))
    accounts = [
        "@Nordlicht.de",
        "nordlicht",
        "@nord@ort.social",
        "did:plc:7",
        "nord_licht",
        "Nordlicht.bsky.social",
        "",
        "a b",
    ]
    assert view.handles(accounts) == ["nordlicht.bsky.social", "nordlicht.de"]
