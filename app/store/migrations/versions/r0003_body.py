"""What SQL never asks for lies in one column of a mention, and PostgreSQL has it so from the beginning."""

from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEPT = "key, version, revision, channel, published_at, deleted_at, source, demo, brands, label"
SAID = "text, author_key, in_reply_to, quotes, intents"
BODY = (
    "native_id, author, kind, url, stated_language, engagement, place, rating, edited_at, received_at, language, label, "
    "negative, neutral, positive, evidence, intents, contribution"
)
CHUNK = 1_000


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        return
    op.create_table(
        "mention_new",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Float(), nullable=False),
        sa.Column("deleted_at", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("brands", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("author_key", sa.Text(), nullable=True),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("quotes", sa.Text(), nullable=True),
        sa.Column("intents", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_mention"),
    )
    connection = op.get_bind()
    _fill(connection)
    op.drop_table("mention")
    op.rename_table("mention_new", "mention")
    op.create_index("ix_mention_author_key", "mention", ["author_key"])
    op.create_index("ix_mention_published_at_key", "mention", ["published_at", "key"])
    for name in ("in_reply_to", "quotes"):
        op.create_index(f"ix_mention_{name}", "mention", [name], sqlite_where=sa.text(f"{name} IS NOT NULL"))


def _fill(connection: sa.Connection) -> None:
    """Copy row by row, each living one with its body; in the order they came, so that the file stays in order, too."""
    last = -(1 << 62)
    query = f"SELECT rowid, {KEPT}, {SAID}, {BODY} FROM mention WHERE rowid > ? ORDER BY rowid LIMIT {CHUNK}"
    width = len(KEPT.split(", ")) + len(SAID.split(", "))
    insert = f"INSERT INTO mention_new VALUES ({', '.join('?' * (width + 1))})"
    while found := connection.exec_driver_sql(query, (last,)).all():
        rows = [tuple(row) for row in found]
        last = rows[-1][0]
        connection.exec_driver_sql(insert, [(*row[1 : width + 1], _body(row[width + 1 :])) for row in rows])


def _body(row: tuple[Any, ...]) -> bytes | None:
    native_id, author, kind, url, language, engagement, place, rating, edited_at, received_at, *analysis = row
    if native_id is None:
        return None
    told, label, negative, neutral, positive, evidence, intents, contribution = analysis
    read = msgspec.json.decode
    terms = msgspec.msgpack.decode(contribution)[7]
    sentiment = (label, negative, neutral, positive, read(evidence))
    understood = (told, sentiment, read(intents), terms)
    whole = (read(author), kind, url, language, read(engagement), place, rating, edited_at, received_at, understood)
    return msgspec.msgpack.encode((native_id, *whole, None))
