from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.forms import Words
from app.domain.identity import Identity
from app.domain.moment import moments
from app.domain.query import parse
from app.domain.subject import Subject
from app.store import fulltext, index, search
from app.store.search import MentionFilter
from ingest.indexing import CLEAN_EVERY, Indexer
from tests.fixtures.store import NOON, gone, said
from tests.unit.app.store.searching import found, index_all

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
        "str* NOT weg",
        '"strom w*" OR #nord*',
        "моск* OR 東京* OR groe*",
        "xyyy* OR nordlicht*",
        "strom NEAR/2 (weg OR da)",
        "~licht",
        "~strasse da",
        "channel:bluesky",
        "lang:de nordlicht OR author:nobody",
    ]
)
BENDING = "Störung Stoerungen störungs-frei Rechnung Rechnungen complain complained Leid leiden dies die"
BENT = (*WORDS, *BENDING.split())
bent = st.lists(st.sampled_from(BENT), max_size=6).map(" ".join)
asked_forms = st.lists(st.sampled_from([word for word in BENT if word != "😡"]), min_size=1, max_size=2).map(" ".join)
changes = st.lists(
    st.tuples(st.integers(0, 12), st.one_of(st.none(), texts, bent), st.integers(0, 5), st.booleans()),
    min_size=1,
    max_size=25,
)


@pytest.fixture
def tiny_parts(monkeypatch):
    monkeypatch.setattr(fulltext, "PART", 4)
    monkeypatch.setattr(index, "CROWD", 3)
    monkeypatch.setattr(search, "FIRST", 2)
    monkeypatch.setattr(search, "SCAN", 5)


def judged(alive, wanted):
    """What a look at every text by itself gives."""
    rows = sorted(alive.values(), key=lambda one: (one.mention.published_at, one.mention.key), reverse=True)
    return [
        one.mention.key
        for one in rows
        if (wanted.q is None or wanted.q.matches(Subject.of(one.mention, lambda _, known=one: known.analysis.language)))
        and (wanted.words is None or wanted.words.matches(one.mention.text))
        and (wanted.brand is None or wanted.brand in one.mention.brands)
        and (wanted.intent is None or wanted.intent == one.analysis.intents[0].label)
        and (wanted.start is None or one.mention.published_at >= wanted.start)
        and (wanted.sentiment is None or one.analysis.sentiment.label == wanted.sentiment)
    ]


def empty(store):
    """Examples of a property share one archive: make it as if it were new."""
    with store.transaction() as tx:
        run = tx.mentions._connection.exec_driver_sql
        postgres = tx.mentions._connection.dialect.name == "postgresql"
        for table in ("mention", "mention_brand", "index_note", *(["mention_key", "fulltext"] if postgres else ())):
            run(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        for part in tx.index.parts()[1:]:
            run(f"DROP TABLE {part}")
        if not postgres:
            run("DELETE FROM fulltext_0")


def live(store, identity, changes):
    """Let mentions come, change and vanish, with the indexer at work at times; return what is left."""
    alive = {}
    for version, (number, text, second, indexed) in enumerate(changes, 1):
        old = alive.get(number)
        brands = ("nordlicht",) if number % 3 else ("nordlicht", "suedwind")
        more = {"at": NOON + second / 3, "brands": brands, "intent": f"i{number % 2}"}
        with store.transaction() as tx:
            if text is None and old:
                tx.mentions.wipe([(gone(old), version, None)])
                alive[number] = None
            elif text is not None and (number not in alive or old):
                alive[number] = said(identity, f"at://{number}", text, **more)
                tx.mentions.upsert([(alive[number], version)])
            if indexed:
                tx.index.advance()
    return {number: one for number, one in alive.items() if one}


def agree(store, alive, query, words, brand, indexed):
    for asked, then in zip(
        (
            MentionFilter(q=parse(query), brand=brand),
            MentionFilter(q=parse(query), start=NOON + 0.4, sentiment="negative"),
            MentionFilter(words=Words.of(words), brand=brand),
            MentionFilter(q=parse(query), words=Words.of(words)),
            MentionFilter(intent="i1", brand=brand, channel="bluesky"),
        ),
        indexed,
        strict=True,
    ):
        assert found(store, asked) == judged(alive, asked)
        if then:
            index_all(store)
            assert found(store, asked) == judged(alive, asked)


examples = {
    "changes": changes,
    "query": queries,
    "words": asked_forms,
    "brand": st.sampled_from([None, "nordlicht", "suedwind"]),
    "indexed": st.tuples(*[st.booleans()] * 5),
}
relaxed = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=20, **relaxed)
@given(**examples)
def test_the_index_finds_what_a_scan_finds_wherever_it_is(
    store, identity, tiny_parts, changes, query, words, brand, indexed
):
    empty(store)
    agree(store, live(store, identity, changes), query, words, brand, indexed)


@settings(max_examples=4, **relaxed)
@given(**examples)
def test_on_postgresql_too(postgres_store, tiny_parts, changes, query, words, brand, indexed):
    empty(postgres_store)
    alive = live(postgres_store, Identity(postgres_store.secret()), changes)
    agree(postgres_store, alive, query, words, brand, indexed)


@pytest.mark.long
@settings(max_examples=120, **relaxed)
@given(**examples)
def test_it_finds_it_in_many_more_stories(any_store, tiny_parts, changes, query, words, brand, indexed):
    empty(any_store)
    agree(any_store, live(any_store, Identity(any_store.secret()), changes), query, words, brand, indexed)


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


def test_what_was_taken_away_is_looked_at_before_all_that_waits(store, identity):
    kept = [said(identity, f"at://{number}", at=NOON + number) for number in range(40)]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in kept[:1]])
        tx.index.advance()
        tx.mentions.upsert([(one, 1) for one in kept[1:]])
        tx.mentions.wipe([(gone(kept[0]), 2, None)])
        looked = tx.index.look(1)
    assert looked is not None
    assert looked.changed == moments([NOON])


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


def test_on_postgresql_the_index_is_vacuumed_at_once_after_words_were_taken_out(postgres_store, clock):
    """The server's own count of dead rows comes a second later, and its own vacuum a minute."""
    store, identity = postgres_store, Identity(postgres_store.secret())
    rows = [said(identity, f"at://{n}", f"Strom {n} geheim{n}wort", at=NOON + n) for n in range(300)]
    with store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
    indexer = Indexer(store, clock)
    work(indexer, clock)
    store._partitions._vacuumed = float("-inf")
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(row), 2, None) for row in rows[:200]])
    before, _ = vacuums(store)
    work(indexer, clock)
    assert vacuums(store) == (before + 1, 100)


def vacuums(store):
    """Return how often the index was vacuumed by us, and how many rows the last time found in it."""
    with store.looking() as connection:
        told = (
            "SELECT s.vacuum_count, c.reltuples FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid "
            "WHERE s.relname = 'fulltext'"
        )
        return tuple(connection.exec_driver_sql(told).one())


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


def test_a_query_of_a_thousand_words_is_answered(store, identity):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(identity, text="wort1000 wort999"), 1)])
    index_all(store)
    assert len(found(store, MentionFilter(q=parse(" OR ".join(f"w{n}" for n in range(1200)) + " OR wort999")))) == 1
