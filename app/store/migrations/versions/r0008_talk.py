"""What was said is remembered by the hour: the baseline of topics."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "talk_hour",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("talk", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "start", name=op.f("pk_talk_hour")),
        sqlite_with_rowid=False,
    )
