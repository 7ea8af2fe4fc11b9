"""A data folder of every earlier version comes up to this one with all that it held."""

import sqlite3
from contextlib import closing

import msgspec
import pytest
from sqlalchemy import make_url

from app.domain.analysis import Analysis, Intent, Sentiment
from app.domain.mention import Author, Mention
from app.domain.query import parse
from app.domain.tally import Contribution
from app.store.connection import WRITING, engine, make_private
from app.store.engine import open_store
from app.store.migrate import SCRIPTS, migrate
from app.store.search import MentionFilter
from tests.fixtures.store import NOON

SECRET = bytes(range(32))
MINUTE = int(NOON)
HOUR = MINUTE // 3600 * 3600


def fill_0001(raw):
    """Put data into a database of revision 0001, in that revision's own words."""
    raw.execute("INSERT INTO site VALUES ('secret', ?)", (SECRET,))
    for n in range(1200):
        at, deleted = NOON + n * 0.37, n % 100 == 99
        counted = [["nordlicht"], at, "negative", "bluesky", "post", 120, f"author{n % 7}", ["strom"], False]
        told = (
            f"at://{n}", f"Störung {n} in der Straße", f"https://example.org/{n}", f"author{n % 7}",
            '["did:plc:anna","anna.example","Anna",120,true,null]', "de", "de", None, None, "[0,0,0,null]", None, None,
            0.8, 0.15, 0.05, "[]", '[["complaint",0.9,[]]]', msgspec.msgpack.encode(counted),
        )  # fmt: skip
        kept = (f"key{n:04}", 1, 0, "bluesky", "post", at, at + 1, None, at + 9 if deleted else None, "live", 0)
        row = (*kept, '["nordlicht"]', "negative", *([None] * len(told) if deleted else told))
        raw.execute(f"INSERT INTO mention VALUES ({','.join('?' * len(row))})", row)  # noqa: S608 - question marks
        brand = ("nordlicht", at, f"key{n:04}", int(at) // 60 * 60, None if deleted else f"author{n % 7}")
        raw.execute("INSERT INTO mention_brand VALUES (?, ?, ?, ?, ?)", brand)
    for minute in range(MINUTE - 7200, MINUTE + 480, 60):
        raw.execute("INSERT INTO tally_minute VALUES ('nordlicht', ?, 9, 4, 3, 1, 1, 900, 2, 5, 3)", (minute,))
        raw.execute("INSERT INTO tally_channel VALUES ('nordlicht', ?, 'bluesky', 9)", (minute,))
    delta = {f"nordlicht:m:{HOUR}": {"0:n": 4}}
    raw.execute("INSERT INTO tally_delta VALUES (0, '1-0', ?, ?)", (NOON, msgspec.msgpack.encode(delta)))
    raw.execute("INSERT INTO tally_seed VALUES ('nordlicht', 'demo')")
    raw.execute(
        "INSERT INTO audit_entry (at, actor_kind, actor, verb, scope, subject, detail) "
        "VALUES (?, 'system', 'ingest', 'tally.seed', 'nordlicht', 'demo', '{}')",
        (NOON,),
    )
    raw.execute("INSERT INTO token VALUES ('crm', 'digest', '[\"machine\"]', ?, NULL)", (NOON,))
    raw.commit()


FILLED = {"0001": fill_0001}


@pytest.fixture(params=FILLED)
def older(request, tmp_path, clock):
    """A database of an earlier revision, with data."""
    file = tmp_path / "emberwatch.sqlite"
    make_private(file)
    made = engine(make_url(f"sqlite:///{file}"), WRITING, 5)
    migrate(made, clock, SCRIPTS, request.param)
    made.dispose()
    with closing(sqlite3.connect(file)) as raw:
        FILLED[request.param](raw)
    return file


def everything(store, wanted):
    cursor, found = None, []
    while True:
        with store.reading() as tx:
            page = tx.mentions.find(wanted, cursor, 500)
        found += [one.mention.key for one in page.items]
        if page.next is None:
            return found
        cursor = page.next


def test_all_that_an_older_archive_held_is_found_again(older, clock):
    store = open_store(older, clock=clock)
    assert len(list(older.parent.glob("*.backup"))) == 1
    assert store.secret() == SECRET
    alive = [f"key{n:04}" for n in reversed(range(1200)) if n % 100 != 99]
    assert everything(store, MentionFilter()) == alive
    searched = MentionFilter(q=parse("stoerung strasse NOT 7"), intent="complaint")
    wanted = [key for key in alive if key != "key0007"]
    assert everything(store, searched) == wanted, "not indexed yet"
    with store.reading() as tx:
        assert (tx.mentions.count(), tx.mentions.count("nordlicht"), tx.tallies.total("nordlicht")) == (1200, 1200, 512)
        minutes = tx.tallies.read("nordlicht", NOON - 7200, NOON + 480)
        hours = tx.tallies.read("nordlicht", HOUR - 7200, HOUR + 7200, 3600)
        assert [entry.entry_id for entry in tx.tallies.log(0, NOON * 2)] == ["1-0"]
        assert len(tx.audit.find().items) == 1
    for measure in ("count", "negative", "neutral", "positive", "uncertain", "reach", "reposts"):
        assert sum(getattr(one, measure) for one in hours) == sum(getattr(one, measure) for one in minutes) > 0
    assert sum(one.channels["bluesky"] for one in hours) == sum(one.count for one in minutes) == 9 * 128
    with store.transaction() as tx:
        assert not tx.tallies.seed("nordlicht", "demo", [], NOON)
        while tx.index.advance():
            pass
        assert not list(tx.index.noted())
    assert everything(store, searched) == wanted, "indexed"
    store.close()


def test_a_mention_of_an_older_archive_comes_back_whole(older, clock):
    store = open_store(older, clock=clock)
    with store.reading() as tx:
        told = next(
            one for one in tx.mentions.find(MentionFilter(end=NOON + 1), limit=9).items if one.mention.id == "at://1"
        )
        known = tx.mentions.known(["key0001"])["key0001"]
    store.close()
    anna = Author("did:plc:anna", "anna.example", "Anna", 120, verified=True)
    said, at = told.mention, NOON + 0.37
    assert said == Mention(
        "bluesky",
        "at://1",
        at,
        "Störung 1 in der Straße",
        anna,
        url="https://example.org/1",
        language="de",
        source="live",
        received_at=at + 1,
        key="key0001",
        brands=("nordlicht",),
    )
    felt = Sentiment("negative", 0.8, 0.15, 0.05)
    assert told.analysis == Analysis("de", felt, (Intent("complaint", 0.9),), ("strom",))
    counted = Contribution(
        ("nordlicht",), at, "negative", "bluesky", "post", 120, "author1", ("strom",), intents=("complaint",)
    )
    assert (known.version, known.contribution) == (1, counted)
