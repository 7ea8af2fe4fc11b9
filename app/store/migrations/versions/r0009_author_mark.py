"""Marks on authors, such as that they are customers, under digests of who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "author_mark",
        sa.Column("author_key", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("author_key", "mark", name=op.f("pk_author_mark")),
    )
