"""resolutions: the audit of who asked for the number behind a surrogate"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "resolutions",
        sa.Column("seq", COUNTER, autoincrement=True, nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("surrogate", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_resolutions")),
    )
    with op.batch_alter_table("resolutions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_resolutions_carrier_surrogate", ["carrier", "surrogate"], unique=False
        )
