from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.moment import moment
from app.domain.query import parse
from app.store import fulltext, index, search
from app.store.lexemes import lexeme, wanted, written
from app.store.search import MentionFilter
from ingest.indexing import CLEAN_EVERY, Indexer
from tests.fixtures.archive import Killed
from tests.fixtures.store import NOON, gone, said

WORDS = (
    "Strom strom Größe groesse GROSSE Straße strasse weg da #Nordlicht #nord_licht @nord.licht @nord-licht nordlicht "
    "😡 café Москва 東京 ne\u0301e x" + "y" * 60 + " 7 \U0001d4b3 OR- wasn't"
).split()
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
queries = st.sampled_from(
    [
        "strom",
        "größe OR strasse",
        '"strom weg"',
        "#nordlicht",
        "@nord",
        "strom NOT weg",
        "(NOT da) AND (groesse OR 東京)",
        "москва OR NÉE",
        "weg da",
        "#nord_licht OR @nord-licht",
        "x" + "y" * 60,
        "\U0001d4b3 OR 7",
        "NOT (da OR weg) strom",
    ]
)
changes = st.lists(
    st.tuples(st.integers(0, 12), st.one_of(st.none(), texts), st.integers(0, 5), st.booleans()),
    min_size=1,
    max_size=25,
)


def index_all(store):
    steps = 0
    while True:
        with store.transaction() as tx:
            looked, _ = tx.index.advance()
        if not looked:
            return steps
        steps += 1


def found(store, wanted, limit=3):
    cursor, keys = None, []
    while True:
        with store.reading() as tx:
            page = tx.mentions.find(wanted, cursor, limit)
        keys += [one.mention.key for one in page.items]
        if page.next is None:
            return keys
        cursor = page.next


@pytest.fixture
def tiny_parts(monkeypatch):
    monkeypatch.setattr(fulltext, "PART", 4)
    monkeypatch.setattr(index, "CROWD", 3)
    monkeypatch.setattr(search, "FIRST", 2)
    monkeypatch.setattr(search, "SCAN", 5)


def judged(alive, wanted):
    """What a look at every text by itself gives."""
    rows = sorted(alive.values(), key=lambda one: (one.mention.published_at, one.mention.key), reverse=True)
    text = search.Text.of
    return [
        one.mention.key
        for one in rows
        if (wanted.q is None or wanted.q.matches(text(one.mention.text)))
        and (wanted.brand is None or wanted.brand in one.mention.brands)
        and (wanted.intent is None or wanted.intent == one.analysis.intents[0].label)
        and (wanted.start is None or one.mention.published_at >= wanted.start)
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes, query=queries, brand=st.sampled_from([None, "nordlicht", "suedwind"]), data=st.data())
def test_the_index_finds_what_a_scan_finds_wherever_it_is(store, identity, tiny_parts, changes, query, brand, data):
    with store.transaction() as tx:  # examples share one archive: empty it
        for table in reversed(search.mention.metadata.sorted_tables):
            if table.name not in {"site", "token"}:
                tx.mentions._connection.execute(table.delete())
        for part in tx.index.parts()[1:]:
            tx.mentions._connection.exec_driver_sql(f"DROP TABLE {part}")
        tx.mentions._connection.exec_driver_sql("DELETE FROM fulltext_0")
    alive = {}
    for version, (number, text, second, indexed) in enumerate(changes, 1):
        old = alive.get(number)
        brands = ("nordlicht",) if number % 3 else ("nordlicht", "suedwind")
        fresh = said(
            identity, f"at://{number}", text or "", at=NOON + second / 3, brands=brands, intent=f"i{number % 2}"
        )
        with store.transaction() as tx:
            if text is None and old:
                tx.mentions.wipe([(gone(old), version, None)])
                alive[number] = None
            elif text is not None and (number not in alive or old):
                tx.mentions.upsert([(fresh, version)])
                alive[number] = fresh
            if indexed:
                tx.index.advance()
    alive = {number: one for number, one in alive.items() if one}
    for asked in (
        MentionFilter(q=parse(query), brand=brand),
        MentionFilter(q=parse(query), start=NOON + 0.4),
        MentionFilter(intent="i1", brand=brand),
    ):
        expected = judged(alive, asked)
        assert found(store, asked) == expected
        if data.draw(st.booleans()):
            index_all(store)
            assert found(store, asked) == expected


def test_a_note_that_is_lost_is_noticed(store, identity):
    """The planted fault: an edit the index hears nothing of."""
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, text="Strom weg"), 1)])
    index_all(store)
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, text="Wasser weg"), 2)])
        tx.mentions._connection.execute(index.index_note.delete())
    assert found(store, MentionFilter(q=parse("wasser"))) == []


def test_a_kill_between_reading_and_committing_loses_no_moment(store, identity):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, f"at://{n}", f"wort{n}", at=NOON + n), 1) for n in range(1200)])

    def killed():
        with store.transaction() as tx:
            assert tx.index.advance()[0] == index.STEP
            raise Killed

    with pytest.raises(Killed):
        killed()
    with store.reading() as tx:
        assert len(tx.index.noted()) == 1200
    assert index_all(store) == 2
    with store.reading() as tx:
        assert (tx.index.noted(), tx.index.behind()) == (set(), 0)
    assert len(found(store, MentionFilter(q=parse("wort7 OR wort1199")))) == 2


def test_an_index_made_anew_is_complete(store, identity):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, f"at://{n}", f"wort{n}", at=NOON + n), 1) for n in range(700)])
        tx.mentions._connection.execute(index.index_note.delete())
    assert found(store, MentionFilter(q=parse("wort7"))) == []
    with store.transaction() as tx:
        tx.index.note_everything()
    assert len(found(store, MentionFilter(q=parse("wort7")))) == 1
    index_all(store)
    assert len(found(store, MentionFilter(q=parse("wort7")))) == 1


def test_what_was_deleted_or_edited_is_in_no_byte_of_the_files(store, identity, clock):
    rows = [said(identity, f"at://{n}", f"Strom {n} geheim{n}wort", at=NOON + n) for n in range(300)]
    with store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
    indexer = Indexer(store, clock)
    work(indexer, clock)
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(rows[7]), 2, None)])
        tx.mentions.upsert([(said(identity, "at://8", "Strom acht", at=NOON + 8), 2)])
    assert secrets(store) == {"geheim7wort", "geheim8wort", "geheim9wort"}
    work(indexer, clock)
    assert secrets(store) == {"geheim9wort"}


def test_what_was_deleted_before_a_kill_goes_after_it(store, identity, clock):
    """A worker killed between taking words out and merging leaves them to the next one."""
    row = said(identity, text="Strom geheim7wort")
    with store.transaction() as tx:
        tx.mentions.upsert([(row, 1), (said(identity, "at://2", "Strom geheim9wort"), 1)])
    index_all(store)
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(row), 2, None)])
    index_all(store)
    assert store.scrub()
    assert "geheim7wort" in secrets(store), "planted: taking it out of the index alone leaves it in the file"
    work(Indexer(store, clock), clock)
    assert secrets(store) == {"geheim9wort"}


def work(indexer, clock):
    for _ in range(3):
        for _ in range(200):
            if not indexer.step():
                break
        clock.advance(CLEAN_EVERY)


def secrets(store):
    files = Path(store.url.database).parent.glob("emberwatch.sqlite*")
    text = b"".join(file.read_bytes() for file in files).decode("latin-1")
    return {word for word in ("geheim7wort", "geheim8wort", "geheim9wort") if word in text}


def test_parts_of_which_nothing_is_left_are_dropped(store, identity, tiny_parts):
    rows = [said(identity, f"at://{n}", f"wort{n}", at=NOON + n) for n in range(12)]
    for row in rows:
        with store.transaction() as tx:
            tx.mentions.upsert([(row, 1)])
            tx.index.advance()
    with store.transaction() as tx:
        assert len(tx.index.parts()) == 4
        tx.mentions.wipe([(gone(row), 2, None) for row in rows[:7]])
        tx.index.advance()
        assert tx.index.prune() == 1
    assert len(found(store, MentionFilter(q=parse(" OR ".join(f"wort{n}" for n in range(12)))))) == 5


@pytest.mark.parametrize("at", [0.0, -1.5, 1e-9, 1795000020.001, 253402300799.999, 0.29, 1.1])
def test_a_moment_holds_its_instant(at):
    found = moment(at)
    assert found / 1000.0 <= at < (found + 1) / 1000.0


@given(st.floats(-1e11, 3e11, allow_nan=False))
def test_every_instant_has_one_moment(at):
    found = moment(at)
    assert found / 1000.0 <= at < (found + 1) / 1000.0


def test_words_become_plain_letters_and_digits():
    for word in ("strom", "москва", "x" * 500, "東京"):
        assert lexeme(word).isascii()
        assert lexeme(word).isalnum()
        assert len(lexeme(word)) <= 40


def test_a_wish_is_written_as_the_database_reads_it():
    wish = wanted(parse('"strom weg" OR (da NOT nichts)').root)
    assert written(wish, " & ", " | ", "'") == "(('strom' & 'weg') | 'da')"


def test_a_query_of_a_thousand_words_is_answered(store, identity):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, text="wort1000 wort999"), 1)])
    index_all(store)
    assert len(found(store, MentionFilter(q=parse(" OR ".join(f"w{n}" for n in range(1200)) + " OR wort999")))) == 1
