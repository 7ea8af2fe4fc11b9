"""What only PostgreSQL has: addresses, passwords, restarts, days of its own, many writers at once."""

import math
import random
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect, make_url, text

from app.clock import SystemClock
from app.domain.identity import Identity
from app.domain.tally import contribution, reduce
from app.errors import StoreUnavailable, WrongInput
from app.store.engine import open_store
from app.store.migrate import SCRIPTS, migrate
from app.store.postgres import DRIVER, postgres_engine
from app.store.schema import HEAD, metadata
from app.store.search import MentionFilter
from app.store.tallies import Logged
from benchmarks.postgres import PostgresServer, binaries
from tests.fixtures.store import NOON, gone, losses, said
from tests.fixtures.system import absent

FAR = {
    "in 2009": 1_234_567_890.0,
    "before the epoch": -1e9,
    "in 2105": 4_260_000_000.0,
    "in 30,000": 9e11,
    "never": -9e12,
}


BROKEN = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{head}"


def upgrade() -> None:
    op.add_column("incident", sa.Column("colour", sa.Text()))
    1 / 0
"""


@pytest.fixture
def store(postgres_store):
    return postgres_store


@pytest.fixture
def own_server():
    """A server that a test may stop and break."""
    found = binaries()
    if found is None:
        absent("postgresql")
    server = PostgresServer(found)
    server.start()
    server.make_role()
    yield server
    server.close()


def keep(store, *rows):
    with store.transaction() as tx:
        return tx.mentions.upsert(rows)


def everything(store, **wanted):
    with store.reading() as tx:
        return tx.mentions.find(MentionFilter(**wanted), limit=1_000).items


def change(store, sql):
    with store.filling() as connection:
        connection.execute(text(sql))
        connection.commit()


def parts_of(store, table):
    with store.looking() as connection:
        query = text(
            "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = to_regclass(:t)"
        )
        return sorted(connection.scalars(query, {"t": table}))


@pytest.mark.parametrize("form", ["postgresql", "postgres", "postgresql+psycopg"])
def test_addresses_are_taken_as_people_write_them(postgres_url, clock, form):
    store = open_store(postgres_url.replace("postgresql", form, 1), clock=clock)
    assert len(store.secret()) == 32
    store.close()


def test_the_missing_driver_is_named_with_how_to_install_it(clock, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WrongInput, match=r"psycopg.*pip install 'emberwatch\[postgres\]'"):
        open_store("postgresql://somewhere/db", clock=clock)


@pytest.mark.parametrize("url", ["postgresql://u:Geheim@somewhere", "postgresql://u:Geheim@h:port/db"])
def test_an_address_that_cannot_be_used_is_refused_without_its_password(clock, url):
    with pytest.raises(WrongInput, match="postgresql://user:password@host/database") as refused:
        open_store(url, clock=clock)
    assert "Geheim" not in str(refused.value)


def test_what_stands_in_the_way_is_said_without_the_password(postgres_server, clock):
    wrong = postgres_server.url("postgres", password="Geheim")
    nowhere = postgres_server.url("nowhere")
    for url, sentence in ((wrong, "refuses the role or its password"), (nowhere, "no such database")):
        with pytest.raises(StoreUnavailable, match=sentence) as refused:
            open_store(url, clock=clock)
        assert not {"Geheim", postgres_server.password} & set(re.findall(r"\w+", str(refused.value)))


def test_a_role_that_may_not_make_tables_waits_for_its_grant(postgres_server, clock):
    postgres_server.execute("CREATE DATABASE granted")
    with pytest.raises(StoreUnavailable, match="GRANT"):
        open_store(postgres_server.url("granted"), clock=clock)
    postgres_server.execute("GRANT ALL ON SCHEMA public TO emberwatch", "granted")
    open_store(postgres_server.url("granted"), clock=clock).close()


def test_a_server_that_was_away_is_found_again_without_a_restart(own_server, clock):
    store = open_store(own_server.make_database("archive"), clock=clock)
    identity = Identity(store.secret())
    keep(store, (said(identity, "1"), 1))
    own_server.stop(kill=True)
    with pytest.raises(StoreUnavailable, match=r"archive on 127\.0\.0\.1:\d+ does not answer: Connection refused\."):
        keep(store, (said(identity, "2"), 1))
    own_server.start()
    assert keep(store, (said(identity, "2"), 1)) == 1

    def cut_in_the_middle():
        with store.transaction() as tx:
            tx.mentions.upsert([(said(identity, "3"), 1)])
            own_server.stop()
            own_server.start()
            tx.mentions.upsert([(said(identity, "4"), 1)])

    with pytest.raises(StoreUnavailable):
        cut_in_the_middle()
    assert len(everything(store)) == 2
    store.close()
    own_server.stop()
    standby = own_server.standby()
    copy = open_store(standby.url("archive"), clock=clock)
    assert len(everything(copy)) == 2
    with pytest.raises(StoreUnavailable, match="accepts no writes"):
        keep(copy, (said(identity, "5"), 1))
    copy.close()
    standby.close()


def test_processes_that_start_together_make_one_archive(bare_postgres_url):
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: open_store(bare_postgres_url, clock=SystemClock()), range(6)))
    assert len({store.secret() for store in stores}) == 1
    for store in stores:
        store.close()


def test_databases_of_others_and_of_newer_versions_are_refused(bare_postgres_url, postgres_url, clock):
    store = open_store(postgres_url, clock=clock)
    change(store, "UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(WrongInput, match=f"revision 9999, this one knows {HEAD}"):
        open_store(postgres_url, clock=clock)
    store = open_store(bare_postgres_url, clock=clock)
    change(store, "DROP TABLE alembic_version")
    store.close()
    with pytest.raises(WrongInput, match="another program"):
        open_store(bare_postgres_url, clock=clock)


def test_a_migration_that_fails_leaves_everything_as_it_was(postgres_url, clock, tmp_path):
    scripts = tmp_path / "scripts"
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "versions" / "r9999_next.py").write_text(BROKEN.format(head=HEAD))
    writer = postgres_engine(make_url(postgres_url).set(drivername=DRIVER), 5, writes=True)
    with pytest.raises(ZeroDivisionError):
        migrate(writer, clock, scripts, "9999")
    with writer.connect() as connection:
        assert "colour" not in {column["name"] for column in inspect(connection).get_columns("incident")}
    writer.dispose()
    open_store(postgres_url, clock=clock).close()


def test_the_database_has_the_columns_of_the_schema(store):
    query = text("SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = :table")
    with store.looking() as connection:
        for table in metadata.sorted_tables:
            there = {name: nullable == "YES" for name, nullable in connection.execute(query, {"table": table.name})}
            assert there == {column.name: bool(column.nullable) for column in table.c}, table.name


@pytest.mark.parametrize("at", FAR.values(), ids=FAR.keys())
def test_whenever_it_was_published_a_mention_finds_its_place(store, identity, at):
    mention = said(identity, "at://old", at=at)
    assert keep(store, (mention, 1)) == 1
    assert keep(store, (mention, 1)) == 0
    assert everything(store) == [mention]


def test_a_day_is_a_table_and_tomorrow_is_made_ahead(store, identity):
    keep(store, (said(identity), 1))
    assert {"mention_20261118", "mention_20261119"} <= set(parts_of(store, "mention"))
    assert parts_of(store, "mention_brand")


def test_an_edit_may_move_a_mention_to_another_day(store, identity):
    keep(store, (said(identity, at=NOON), 1))
    moved = said(identity, at=NOON - 3 * 86_400, text="earlier")
    assert keep(store, (moved, 2)) == 1
    assert keep(store, (said(identity, at=NOON), 1)) == 0
    assert everything(store) == everything(store, brand="nordlicht") == [moved]
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(moved), 3, None)])
        assert (tx.mentions.count(), tx.mentions.count("nordlicht")) == (1, 1)


def test_dropping_days_forgets_their_mentions_and_keys_and_late_ones_still_find_a_place(postgres_url, clock):
    store, other = open_store(postgres_url, clock=clock), open_store(postgres_url, clock=clock)
    identity = Identity(store.secret())
    old, new = said(identity, "old", at=NOON - 10 * 86_400), said(identity, "new")
    keep(other, (old, 1), (new, 1))
    assert store._partitions.drop("mention", NOON - 5 * 86_400) == 1
    assert everything(store) == [new]
    with store.looking() as connection:
        assert connection.scalar(text("SELECT count(*) FROM mention_key")) == 1
    with pytest.raises(StoreUnavailable, match="dropped"):
        keep(other, (old, 1))
    assert keep(other, (old, 1)) == 1
    assert len(everything(store)) == 2
    store.close()
    other.close()


def test_many_archives_write_the_same_mentions_at_once_and_the_newest_of_each_stays(store, identity):
    """Each of four workers has some versions of all mentions, in an order of its own, edits and deletions mixed."""
    seed = random.Random(7)
    names = [str(number) for number in range(60)]
    dead = set(seed.sample(names, 10))
    jobs = [(name, version) for name in names for version in (1, 2, 3)]
    author = identity.author("bluesky", "did:plc:anna")

    def payload(name, version):
        return said(identity, name, f"version {version}", brands=("nordlicht", "suedwind")[: 1 + version % 2])

    def work(number):
        mine = seed.sample(jobs, len(jobs))
        for start in range(0, len(mine), 30):
            some = mine[start : start + 30]
            for _ in range(20):
                try:
                    with store.transaction() as tx:
                        tx.mentions.upsert([(payload(*job), job[1]) for job in some])
                        before = contribution(payload("0", 3), author)
                        tx.mentions.wipe([(gone(payload(name, 3)), 4, before) for name, _ in some if name in dead])
                        for name, version in some:
                            delta = reduce([contribution(payload(name, version), author)]) if version == 3 else {}
                            tx.tallies.append_all([Logged(NOON, 0, f"{name}-{version}", delta)])
                    break
                except StoreUnavailable as error:  # a circle that the server broke: all is done again
                    assert "collided" in str(error)
            else:
                raise AssertionError(f"worker {number} never came through")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    left = {one.mention.id: one.mention.text for one in everything(store)}
    assert left == dict.fromkeys(set(names) - dead, "version 3")
    pairs = [(identity.key("bluesky", name), brand) for name in names for brand in ("nordlicht", "suedwind")]
    assert losses(store, pairs) == []


def test_numbers_that_are_none_and_texts_of_a_megabyte_are_kept(store, identity):
    large = said(identity, "1", "Strom weg! 🔥 " * 80_000, rating=math.inf)
    keep(store, (large, 1))
    assert everything(store) == [large]
