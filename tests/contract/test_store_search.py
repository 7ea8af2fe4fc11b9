import pytest

from app.domain.query import parse
from app.errors import WrongInput
from app.store import search
from app.store.search import MentionFilter
from tests.fixtures.store import NOON, said


@pytest.fixture
def store(any_store):
    return any_store


@pytest.fixture
def archive(store, identity):
    rows = [
        said(
            identity,
            f"at://{n}",
            f"Strom {n} {'weg' if n % 3 else 'da'}",
            at=NOON + n // 2,
            brands=("nordlicht",) if n % 4 else ("nordlicht", "suedwind"),
            label="negative" if n % 2 else "positive",
            intent="complaint" if n % 5 else "question",
            channel="bluesky" if n % 7 else "forum",
        )
        for n in range(100)
    ]
    with store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
    return rows


def pages(store, wanted, limit):
    cursor, found = None, []
    while True:
        with store.reading() as tx:
            page = tx.mentions.find(wanted, cursor, limit)
        found.append(page.items)
        if page.next is None:
            return found
        cursor = page.next


def newest_first(rows):
    return sorted(rows, key=lambda row: (row.mention.published_at, row.mention.key), reverse=True)


@pytest.mark.parametrize("brand", [None, "nordlicht", "suedwind"])
@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
def test_pages_show_every_mention_once_newest_first(store, archive, brand, limit):
    wanted = [row for row in archive if brand is None or brand in row.mention.brands]
    found = pages(store, MentionFilter(brand=brand), limit)
    assert [row for page in found for row in page] == newest_first(wanted)
    assert {len(page) for page in found[:-1]} <= {limit}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"sentiment": "negative"}, lambda row: row.analysis.sentiment.label == "negative"),
        ({"intent": "question"}, lambda row: row.analysis.intents[0].label == "question"),
        ({"channel": "forum"}, lambda row: row.mention.channel == "forum"),
        ({"start": NOON + 10}, lambda row: row.mention.published_at >= NOON + 10),
        ({"end": NOON + 10}, lambda row: row.mention.published_at < NOON + 10),
        ({"q": parse("strom NOT weg")}, lambda row: "weg" not in row.mention.text),
        ({"q": parse("str* NEAR/2 weg")}, lambda row: "weg" in row.mention.text),
        ({"q": parse("~strom channel:forum")}, lambda row: row.mention.channel == "forum"),
        ({"q": parse("channel:for* NOT da")}, lambda row: row.mention.channel == "forum" and "weg" in row.mention.text),
        ({"q": parse("author:nobody OR followers:>1000000")}, lambda _: False),
        (
            {"brand": "suedwind", "sentiment": "positive", "start": NOON, "end": NOON + 20},
            lambda row: "suedwind" in row.mention.brands and row.mention.published_at < NOON + 20,
        ),
        ({"brand": "nobody"}, lambda _: False),
    ],
)
@pytest.mark.parametrize("limit", [3, 200])
def test_only_what_is_asked_for_is_found(store, archive, asked, wanted, limit):
    found = [row for page in pages(store, MentionFilter(**asked), limit) for row in page]
    assert found == newest_first(filter(wanted, archive))


def test_a_rare_query_comes_in_short_pages_instead_of_one_long_search(store, archive, monkeypatch):
    monkeypatch.setattr(search, "SCAN", 30)
    found = pages(store, MentionFilter(q=parse("99 OR 1")), 50)
    assert [len(page) for page in found] == [1, 0, 0, 1]


def test_what_arrives_meanwhile_does_not_shift_the_pages(store, identity, archive):
    with store.reading() as tx:
        first = tx.mentions.find(MentionFilter(), limit=10)
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, "at://late", at=NOON + 500), 1)])
        second = tx.mentions.find(MentionFilter(), first.next, limit=10)
    assert first.items + second.items == newest_first(archive)[:20]


@pytest.mark.parametrize("cursor", ["nonsense", "%%%", "gaFh", "ü"])
def test_a_cursor_of_somebody_else_is_refused_with_advice(store, cursor):
    with store.reading() as tx, pytest.raises(WrongInput, match="first page"):
        tx.mentions.find(MentionFilter(), cursor)
