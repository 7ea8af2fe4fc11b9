"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

PARTED = (
    """
    CREATE TABLE mention (
        key TEXT COLLATE "C" NOT NULL,
        version INTEGER NOT NULL,
        revision BIGINT NOT NULL,
        channel TEXT NOT NULL,
        published_at DOUBLE PRECISION NOT NULL,
        deleted_at DOUBLE PRECISION,
        source TEXT NOT NULL,
        demo BOOLEAN NOT NULL,
        brands TEXT NOT NULL,
        label TEXT,
        text TEXT,
        author_key TEXT COLLATE "C",
        in_reply_to TEXT COLLATE "C",
        quotes TEXT COLLATE "C",
        intents TEXT,
        body BYTEA,
        CONSTRAINT pk_mention PRIMARY KEY (published_at, key)
    ) PARTITION BY RANGE (published_at)
    """,
    "CREATE INDEX ix_mention_author_key ON mention (author_key)",
    "CREATE INDEX ix_mention_in_reply_to ON mention (in_reply_to) WHERE in_reply_to IS NOT NULL",
    "CREATE INDEX ix_mention_quotes ON mention (quotes) WHERE quotes IS NOT NULL",
    """
    CREATE TABLE mention_brand (
        brand TEXT COLLATE "C" NOT NULL,
        published_at DOUBLE PRECISION NOT NULL,
        key TEXT COLLATE "C" NOT NULL,
        minute BIGINT NOT NULL,
        author_key TEXT COLLATE "C",
        CONSTRAINT pk_mention_brand PRIMARY KEY (brand, published_at, key)
    ) PARTITION BY RANGE (published_at)
    """,
    """
    CREATE TABLE mention_key (
        key TEXT COLLATE "C" NOT NULL,
        published_at DOUBLE PRECISION NOT NULL,
        CONSTRAINT pk_mention_key PRIMARY KEY (key)
    )
    """,
    "CREATE INDEX ix_mention_key_published_at ON mention_key USING brin (published_at)",
    """
    CREATE TABLE tally_delta (
        partition INTEGER NOT NULL,
        entry_id TEXT COLLATE "C" NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        delta BYTEA NOT NULL,
        CONSTRAINT pk_tally_delta PRIMARY KEY (partition, entry_id, at)
    ) PARTITION BY RANGE (at)
    """,
    "CREATE INDEX ix_tally_delta_at ON tally_delta (at)",
)
"""On PostgreSQL, which no earlier version wrote, mentions and deltas are parted by day; see app.store.partitions."""


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_brand_opened_at_id"), "incident", ["brand", "opened_at", "id"], unique=False)
    op.create_index(op.f("ix_incident_opened_at_id"), "incident", ["opened_at", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in PARTED:
            op.execute(statement)
    else:
        _whole()
    op.create_table(
        "site",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site")),
    )
    op.create_table(
        "tally_channel",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "start", "channel", name=op.f("pk_tally_channel")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_minute",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("negative", sa.Integer(), nullable=False),
        sa.Column("neutral", sa.Integer(), nullable=False),
        sa.Column("positive", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Integer(), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=False),
        sa.Column("reposts", sa.Integer(), nullable=False),
        sa.Column("seeded", sa.Integer(), nullable=False),
        sa.Column("seeded_authors", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "start", name=op.f("pk_tally_minute")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_seed",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "source", name=op.f("pk_tally_seed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "token",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("used_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
    )


def _whole() -> None:
    """Make the tables that are parted on PostgreSQL."""
    op.create_table(
        "mention",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("published_at", sa.Float(), nullable=False),
        sa.Column("received_at", sa.Float(), nullable=True),
        sa.Column("edited_at", sa.Float(), nullable=True),
        sa.Column("deleted_at", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("brands", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("native_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("author_key", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("stated_language", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("quotes", sa.Text(), nullable=True),
        sa.Column("engagement", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("rating", sa.Float(), nullable=True),
        sa.Column("negative", sa.Float(), nullable=True),
        sa.Column("neutral", sa.Float(), nullable=True),
        sa.Column("positive", sa.Float(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("intents", sa.Text(), nullable=True),
        sa.Column("contribution", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mention")),
    )
    op.create_index(op.f("ix_mention_author_key"), "mention", ["author_key"], unique=False)
    op.create_index(
        "ix_mention_in_reply_to",
        "mention",
        ["in_reply_to"],
        unique=False,
        sqlite_where=sa.text("in_reply_to IS NOT NULL"),
    )
    op.create_index(op.f("ix_mention_published_at_key"), "mention", ["published_at", "key"], unique=False)
    op.create_index(
        "ix_mention_quotes", "mention", ["quotes"], unique=False, sqlite_where=sa.text("quotes IS NOT NULL")
    )
    op.create_table(
        "mention_brand",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Float(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("author_key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("brand", "published_at", "key", name=op.f("pk_mention_brand")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_delta",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("delta", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("partition", "entry_id", name=op.f("pk_tally_delta")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tally_delta_at"), "tally_delta", ["at"], unique=False)
