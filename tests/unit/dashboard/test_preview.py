import time
from contextlib import closing

import anyio
import pytest
from msgspec.structs import replace

from app.config.model import Config
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.mention import Author, Mention
from app.domain.preview import Wish
from app.domain.query import parse
from app.errors import StoreUnavailable
from app.service import Context
from app.store.unheard import NAME, Unheard
from dashboard.preview import Asked, in_force, look, preview
from tests.fixtures.store import NOON, said
from tests.intake import MemoryBus

pytestmark = pytest.mark.anyio
HOUR = 3600
FOREVER = float("inf")


def post(number, text, age=60.0):
    return Mention("x", f"u{number}", NOON - age, text, Author("berta"), key=f"k{number}", received_at=NOON - age)


@pytest.fixture
def history(store, identity, tmp_path):
    """Four mentions over three hours, and three posts that nobody wanted."""
    texts = ["Nordlicht Strom weg", "Nordlicht Gas", "Nordlicht Polarlicht", "Nordlicht Strom wieder da"]
    rows = [said(identity, f"s{n}", text, at=NOON - n * HOUR) for n, text in enumerate(texts)]
    rows.append(said(identity, "other", "Solarwelt", brands=("sued",), at=NOON - 10))
    with store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
    with closing(Unheard(tmp_path / NAME, 2**20)) as file:
        file.keep([(post(n, text, 300 - n), "b") for n, text in enumerate(["Solarwelt toll", "Nordlicht", "Tee"])])
    return tmp_path


def wish(query, *exclude, **more):
    return Wish(parse(query), tuple(map(parse, exclude)), **more)


def ids(finds):
    return [one.mention.id for one in finds.examples]


def test_both_histories_are_looked_at_newest_first(store, history):
    found = look(store, history, Asked(wish("solarwelt OR nordlicht")), NOON, FOREVER)
    assert ids(found.matched) == ["s0", "other", "u1", "u0", "s1", "s2", "s3"]
    assert (found.matched.count, found.looked_at) == (7, 8)
    assert (found.complete, found.since, found.until) == (True, None, NOON)
    assert [count for _, count in found.volume] == [1, 1, 1, 4]
    assert found.added is found.lost is None


def test_a_language_that_no_source_states_is_told_as_the_matcher_would(store, tmp_path):
    texts = ["Das Konzert war gestern wirklich schön", "The concert was really nice yesterday"]
    with closing(Unheard(tmp_path / NAME, 2**20)) as file:
        file.keep([(post(n, text), "b") for n, text in enumerate(texts)])
    assert ids(look(store, tmp_path, Asked(wish("lang:de")), NOON, FOREVER).matched) == ["u0"]
    assert ids(look(store, tmp_path, Asked(wish("concert lang:en")), NOON, FOREVER).matched) == ["u1"]


def test_the_difference_to_what_is_in_force(store, history):
    asked = Asked(wish("nordlicht OR solarwelt", "polarlicht"), wish("nordlicht"))
    found = look(store, history, asked, NOON, FOREVER)
    assert ids(found.added) == ["other", "u0"]
    assert ids(found.lost) == ["s2"]
    assert found.matched.count == 6


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"spam": (parse("gas"),)}, ["s0", "u1", "s2", "s3"]),
        ({"brands": ("sued",)}, []),
        ({"brands": ("nordlicht",)}, ["s0", "s1", "s2", "s3"]),
        ({"start": NOON - HOUR}, ["s0", "u1", "s1"]),
        ({"limit": 2}, ["s0", "u1"]),
    ],
)
def test_what_is_asked_for_narrows_what_is_found(store, history, more, wanted):
    found = look(store, history, Asked(wish("nordlicht"), **more), NOON, FOREVER)
    assert ids(found.matched) == wanted


def test_a_campaign_finds_nothing_before_and_after(store, history):
    asked = Asked(wish("nordlicht", start=NOON - 2 * HOUR, end=NOON - HOUR / 2))
    assert ids(look(store, history, asked, NOON, FOREVER).matched) == ["s1", "s2"]


def test_a_preview_out_of_time_says_how_far_it_came(store, history, identity):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, f"m{n}", "Nordlicht", at=NOON - 9 * HOUR - n), 1) for n in range(2_500)])
    pages = iter([False, False, False, True])
    found = look(store, history, Asked(wish("nordlicht")), NOON, FOREVER, lambda: next(pages))
    assert not found.complete
    assert found.since is not None
    assert NOON - 12 * HOUR < found.since < NOON - 9 * HOUR
    assert found.matched.count >= 1_000
    late = look(store, history, Asked(wish("nordlicht")), NOON, time.monotonic() - 1)
    assert (late.complete, late.matched.count, late.since) == (False, 0, NOON)


def test_a_deletion_is_seen_by_no_preview(store, history):
    with closing(Unheard(history / NAME, 2**20)) as file:
        file.forget(["k1"])
    assert "u1" not in ids(look(store, history, Asked(wish("nordlicht")), NOON, FOREVER).matched)


def test_without_an_unmatched_file_the_archive_is_looked_at_alone(store, history):
    for path in history.glob(f"{NAME}*"):
        path.unlink()
    assert look(store, history, Asked(wish("solarwelt")), NOON, FOREVER).matched.count == 1
    (history / NAME).touch()
    assert look(store, history, Asked(wish("solarwelt")), NOON, FOREVER).matched.count == 1
    (history / NAME).write_text("no database" * 1_000)
    with pytest.raises(StoreUnavailable):
        look(store, history, Asked(wish("solarwelt")), NOON, FOREVER)


def test_what_arrived_more_than_a_day_ago_is_not_shown_though_nobody_tidied_up(store, history):
    assert look(store, history, Asked(wish("solarwelt")), NOON + 25 * HOUR, FOREVER).matched.count == 1


def test_every_kind_has_a_wish_in_force():
    rival = Brand("ost", "Ost", "ost", rivals=(EVERY,))
    config = Config(
        brands=(Brand("nord", "Nord", "nord", exclude=("wal",)),),
        competitors=(rival,),
        topics=(Topic("preis", "Preis", "preis"),),
        campaigns=(Campaign("mai", "Mai", "nord", "mai", 5.0, 9.0),),
    )
    assert in_force(config, "brands", "nord") == wish("nord", "wal")
    assert in_force(config, "competitors", "ost") == wish("ost")
    assert in_force(config, "topics", "preis") == wish("preis")
    assert in_force(config, "campaigns", "mai") == wish("mai", start=5.0, end=9.0)
    assert in_force(config, "brands", "ost") is None


async def test_the_loop_goes_on_while_a_preview_looks(store, history, identity, clock):
    many = [replace(post(n, "Nordlicht und noch viele andere Wörter " * 5), key=f"m{n}") for n in range(4_000)]
    with closing(Unheard(history / NAME, 2**26)) as file:
        file.keep([(one, "b") for one in many])
    context = Context(Config(brands=(Brand("n", "N", "n"),)), history, clock, MemoryBus(), store, identity)
    turns = 0

    async def tick():
        nonlocal turns
        while True:
            turns += 1
            await anyio.sleep(0.001)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        found = await preview(context, Asked(wish("nordlicht")))
        tasks.cancel_scope.cancel()
    assert found.matched.count >= 4_000
    assert turns > 3
