import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import ManualClock
from app.domain.mention import Author, Deletion, Mention
from app.errors import SourceUnavailable
from ingest.listings import KEPT, Known, Listings
from ingest.wires.listing import Page

pytestmark = pytest.mark.anyio
ADA = Author("ada")


def post(number, *, at=None, revision=0, edited=None):
    return Mention(
        "c", f"p{number}", float(number if at is None else at), "x", ADA, revision=revision, edited_at=edited
    )


def listing(posts, size=10, shown=10_000):
    """Return what asks for pages of a listing, newest first."""
    newest = sorted(posts, key=lambda one: one.published_at, reverse=True)[:shown]

    async def ask(token):
        start = int(token or 0)
        some = tuple(newest[start : start + size])
        following = str(start + size) if start + size < len(newest) else None
        return Page(some, following, received=len(some))

    return ask


async def read(listings, posts, *, most=100, **more):
    return await listings.read("l", listing(posts, **more), most=most, now=1e6)


async def test_a_round_brings_what_is_new_oldest_first_and_goes_on_from_its_cursor():
    listings = Listings(None, 0)
    batch = await read(listings, [post(n) for n in range(1, 31)])
    assert [one.id for one in batch.events] == [f"p{n}" for n in range(1, 31)]
    assert (batch.received, batch.last_item_at, batch.gap) == (30, 30.0, None)
    again = await read(Listings(batch.cursor, 0), [post(n) for n in range(1, 34)])
    assert [one.id for one in again.events] == ["p31", "p32", "p33"]
    assert again.received == 20


async def test_what_is_older_than_the_first_round_goes_back_is_left_out():
    batch = await read(Listings(None, 25), [post(n) for n in range(1, 31)])
    assert [one.id for one in batch.events] == [f"p{n}" for n in range(25, 31)]


async def test_an_edit_comes_once_and_a_deletion_is_dated_now():
    listings = Listings(None, 0)
    await read(listings, [post(1), post(2)])
    edited = post(2, revision=5, edited=3.0)
    assert (await read(listings, [post(1), edited])).events == [edited]
    assert (await read(listings, [post(1), edited])).events == []

    async def ask(token):
        return Page((Deletion("c", "p2", 2.0),), received=1)

    assert (await listings.read("l", ask, most=1, now=99.0)).events == [Deletion("c", "p2", 99.0)]
    assert (await listings.read("l", ask, most=1, now=100.0)).events == []


async def test_a_gap_is_told_where_the_channel_shows_only_its_newest():
    listings = Listings(None, 0)
    first = await listings.read("l", listing([post(n) for n in range(1, 6)], shown=5), most=9, now=1e6, ends=True)
    assert first.gap is None
    later = [post(n) for n in range(1, 21)]
    batch = await listings.read("l", listing(later, shown=5), most=9, now=1e6, ends=True)
    assert [one.id for one in batch.events] == [f"p{n}" for n in range(16, 21)]
    assert (batch.gap.since, batch.gap.until) == (5.0, 16.0)


async def test_a_gap_is_told_where_a_round_may_not_go_deep_enough():
    listings = Listings(None, 0)
    await read(listings, [post(1)])
    batch = await read(listings, [post(n) for n in range(1, 100)], most=2)
    assert len(batch.events) == 20
    assert batch.gap is not None


async def test_a_page_that_cannot_be_read_ends_the_round_and_nothing_is_remembered():
    listings = Listings(None, 0)

    async def ask(token):
        return (
            Page((post(3),), "2", received=1) if token is None else Page(broken=True, fault="an answer without posts")
        )

    with pytest.raises(SourceUnavailable, match="without posts"):
        await listings.read("l", ask, most=5, now=1e6)
    assert (await read(listings, [post(3)])).events == [post(3)]


async def test_at_least_so_many_pages_are_looked_at_again():
    listings = Listings(None, 0)
    posts = [post(n) for n in range(1, 31)]
    await read(listings, posts)
    posts[12] = post(13, revision=1, edited=31.0)  # on the second page
    assert (await read(listings, posts)).events == []
    batch = await listings.read("l", listing(posts), most=9, least=2, now=1e6)
    assert [one.id for one in batch.events] == ["p13"]


async def test_one_listing_that_fails_is_told_after_the_others_a_quota_at_once():
    async def private(token):
        raise SourceUnavailable("Private.", "setting")

    async def spent(token):
        raise SourceUnavailable("Spent.", "quota")

    batches = Listings(None, 0).round({"a": private, "b": listing([post(1)])}, most=3, clock=ManualClock(9.0))
    assert (await anext(batches)).events == [post(1)]
    with pytest.raises(SourceUnavailable, match="Private"):
        await anext(batches)
    batches = Listings(None, 0).round({"a": spent, "b": listing([post(1)])}, most=3, clock=ManualClock(9.0))
    with pytest.raises(SourceUnavailable, match="Spent"):
        await anext(batches)


async def test_a_cursor_of_another_release_begins_anew_and_listings_no_longer_asked_for_are_forgotten():
    assert Listings("[1, 2]", 0).notes == {}
    listings = Listings(None, 0)
    await read(listings, [post(1)])
    async for batch in listings.round({"m": listing([post(2)])}, most=1, clock=ManualClock(9.0)):
        assert list(msgspec.json.decode(batch.cursor)["listings"]) == ["m"]


@given(st.lists(st.integers(0, 40), max_size=700), st.integers(1, 400))
def test_nothing_known_is_fresh_again_however_much_is_forgotten(instants, cut):
    entries = [post(number, at=at) for number, at in enumerate(instants)]
    known = Known(0)
    known.add(entries[:cut])
    known.add([entry for entry in entries[cut:] if known.fresh(entry)])
    assert not [entry.id for entry in entries if known.fresh(entry)]
    assert len(set(known.versions.values())) <= KEPT


async def test_a_cursor_stays_small():
    batch = await read(Listings(None, 0), [post(n) for n in range(5_000)], size=100, most=100)
    assert len(batch.cursor) < 8_000
