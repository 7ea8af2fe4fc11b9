import shutil
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Text

from app.errors import StoreUnavailable, WrongInput
from app.store.connection import WRITING, engine
from app.store.engine import open_store
from app.store.migrate import SCRIPTS, migrate
from app.store.schema import HEAD, incident, metadata
from tests.fixtures.store import said

NEXT = '''
"""A column more."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{head}"


def upgrade() -> None:
    op.add_column("incident", sa.Column("colour", sa.Text()))
    {more}
'''


@pytest.fixture
def next_scripts(tmp_path):
    """The migrations of a later version of ours, one revision ahead."""
    folder = tmp_path / "later 100%"
    shutil.copytree(SCRIPTS, folder)

    def write(more: str = "pass"):
        (folder / "versions" / "r9999_next.py").write_text(NEXT.format(more=more, head=HEAD))
        return folder

    return write


@pytest.fixture
def writer(store):
    made = engine(store.url, WRITING, 1)
    yield made
    made.dispose()


def differences(writer):
    """What the schema and the database do not agree on, the full-text index apart: it is in no schema."""
    options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("fulltext")}
    with writer.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def columns(file):
    with closing(sqlite3.connect(file)) as raw:
        return [row[1] for row in raw.execute("PRAGMA table_info(incident)")]


def test_migrations_lead_to_the_schema(store, writer):
    assert differences(writer) == []


def test_a_column_without_a_migration_is_noticed(store, writer):
    planted = Column("planted", Text)
    incident.append_column(planted)
    try:
        assert differences(writer) != []
    finally:
        incident._columns.remove(planted)


def test_the_code_works_with_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_older_database_is_copied_beside_itself_and_brought_up(store, writer, identity, clock, next_scripts):
    analysed = said(identity)
    with store.transaction() as tx:
        tx.mentions.upsert([(analysed, 1)])
    backup = migrate(writer, clock, next_scripts(), "9999")
    assert backup.name == f"emberwatch.sqlite.{HEAD}-2026-11-18T110700.backup"
    assert backup.stat().st_mode & 0o077 == 0
    assert "colour" in columns(store.url.database)
    assert "colour" not in columns(backup)
    earlier = open_store(f"sqlite:///{backup}", clock=clock)
    with earlier.reading() as tx:
        assert tx.mentions.known([analysed.mention.key])
    earlier.close()
    assert migrate(writer, clock, next_scripts(), "9999") is None


def test_a_database_of_a_newer_version_is_refused_with_advice(store, writer, clock, next_scripts):
    migrate(writer, clock, next_scripts(), "9999")
    with pytest.raises(WrongInput, match=rf"newer Emberwatch .revision 9999, this one knows {HEAD}.*copy"):
        open_store(str(store.url), clock=clock)


def test_a_migration_that_fails_leaves_the_database_as_it_was(store, writer, clock, next_scripts):
    with pytest.raises(ZeroDivisionError):
        migrate(writer, clock, next_scripts("1 / 0"), "9999")
    assert "colour" not in columns(store.url.database)
    open_store(str(store.url), clock=clock).close()


def test_a_database_of_another_program_is_refused(tmp_path, clock):
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as raw:
        raw.execute("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(WrongInput, match="another program"):
        open_store(f"sqlite:///{tmp_path / 'other.sqlite'}", clock=clock)


def test_a_file_that_is_no_database_is_named(tmp_path, clock):
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, this is no database at all.")
    with pytest.raises(StoreUnavailable, match=r"letter\.txt.*not a database"):
        open_store(f"sqlite:///{tmp_path / 'letter.txt'}", clock=clock)
