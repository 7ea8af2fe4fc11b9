"""Everything is indexed anew, so that words are found in any form; notes know their edges."""

from array import array

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NOTE = 125


def upgrade() -> None:
    op.drop_table("index_note")
    note = op.create_table(
        "index_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("oldest", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("anew", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("moments", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_note")),
    )
    op.create_index("ix_index_note_newest_id", "index_note", ["newest", "id"])
    op.create_index("ix_index_note_anew_id", "index_note", ["anew", "id"])
    connection = op.get_bind()
    found = connection.exec_driver_sql("SELECT published_at FROM mention ORDER BY published_at DESC")
    for some in found.partitions(20 * NOTE):
        changed = sorted({_moment(row[0]) for row in some}, reverse=True)
        parts = [changed[start : start + NOTE] for start in range(0, len(changed), NOTE)]
        connection.execute(
            note.insert(),
            [
                {"oldest": part[-1], "newest": part[0], "anew": True, "moments": array("q", part).tobytes()}
                for part in parts
            ],
        )


def _moment(at: float) -> int:
    found = int(at * 1000.0 // 1)
    return found - 1 if found / 1000.0 > at else found + 1 if (found + 1) / 1000.0 <= at else found
