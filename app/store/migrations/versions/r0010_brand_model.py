"""What brands' corrections have taught the sentiment model."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "brand_model",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("schooling", sa.Text(), nullable=False),
        sa.Column("weights", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("brand", "number", name=op.f("pk_brand_model")),
    )
