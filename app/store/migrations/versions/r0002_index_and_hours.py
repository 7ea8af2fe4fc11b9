"""Full-text index with its notes, hours, and how far retention went."""

from array import array
from itertools import islice

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MEASURES = "count, negative, neutral, positive, uncertain, reach, reposts, seeded, seeded_authors".split(", ")


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "index_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("moments", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_note")),
    )
    op.create_table(
        "expiry",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_expiry")),
    )
    wide = {"reach"}
    op.create_table(
        "tally_hour",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger() if name in wide else sa.Integer(), nullable=False)
            for name in (*MEASURES, "past_authors")
        ),
        sa.PrimaryKeyConstraint("brand", "start", name=op.f("pk_tally_hour")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_hour_channel",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "start", "channel", name=op.f("pk_tally_hour_channel")),
        sqlite_with_rowid=False,
    )
    if connection.dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE fulltext (moment BIGINT PRIMARY KEY, words TSVECTOR NOT NULL) "
            "WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)"
        )
        op.execute("CREATE INDEX ix_fulltext_words ON fulltext USING gin (words)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE fulltext_0 USING fts5(words, detail=none, columnsize=0, tokenize='ascii')"
        )
    _hours(connection)
    _note_mentions(connection)


def _hours(connection: sa.Connection) -> None:
    """Sum up the minutes there are."""
    sums = ", ".join(f'sum("{name}")' for name in MEASURES)
    names = ", ".join(f'"{name}"' for name in MEASURES)
    connection.exec_driver_sql(
        f'INSERT INTO tally_hour (brand, start, {names}, past_authors) '
        f'SELECT brand, start / 3600 * 3600, {sums}, 0 FROM tally_minute GROUP BY 1, 2'
    )
    connection.exec_driver_sql(
        'INSERT INTO tally_hour_channel (brand, start, channel, "count") '
        'SELECT brand, start / 3600 * 3600, channel, sum("count") FROM tally_channel GROUP BY 1, 2, 3'
    )


def _note_mentions(connection: sa.Connection) -> None:
    """Have the indexer look at every mention, the newest first."""
    note = sa.table("index_note", sa.column("moments", sa.LargeBinary()))
    found = connection.exec_driver_sql("SELECT published_at FROM mention ORDER BY published_at DESC")
    while some := [row[0] for row in islice(found, 500)]:
        connection.execute(note.insert(), {"moments": array("q", sorted(set(map(_moment, some)))).tobytes()})


def _moment(at: float) -> int:
    found = int(at * 1000.0 // 1)
    return found - 1 if found / 1000.0 > at else found + 1 if (found + 1) / 1000.0 <= at else found
