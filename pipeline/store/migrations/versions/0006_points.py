"""points: the ledger of subscribers' points"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "point_ledger",
        sa.Column("seq", COUNTER, autoincrement=True, nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("surrogate", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_point_ledger")),
        sa.UniqueConstraint(
            "carrier",
            "surrogate",
            "rule",
            "evidence",
            name=op.f("uq_point_ledger_carrier_surrogate_rule_evidence"),
        ),
    )
    with op.batch_alter_table("point_ledger", schema=None) as batch_op:
        batch_op.create_index(
            "ix_point_ledger_carrier_surrogate", ["carrier", "surrogate"], unique=False
        )
