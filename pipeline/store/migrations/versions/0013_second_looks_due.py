"""second looks that are due"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SHARE = 0.1
"""Of what was decided before this table was, a tenth waits: what settings say by default."""


def upgrade() -> None:
    op.create_table(
        "second_looks_due",
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_second_looks_due")),
    )
    op.create_index("ix_second_looks_due_at", "second_looks_due", ["at"])
    connection = op.get_bind()
    made = connection.execute(
        sa.text(
            "SELECT d.id, d.decided_at FROM decisions d"
            " JOIN decision_heads h ON h.seq = d.seq"
            " LEFT JOIN second_looks l ON l.decision = d.id"
            " WHERE d.actor LIKE 'analyst:%' AND d.action != 'watch' AND l.decision IS NULL"
        )
    )
    due = [
        {"decision": row.id, "at": row.decided_at}
        for row in made
        if int(hashlib.sha256(f"look {row.id}".encode()).hexdigest()[:8], 16) < SHARE * 2**32
    ]
    if due:
        connection.execute(
            sa.text("INSERT INTO second_looks_due (decision, at) VALUES (:decision, :at)"), due
        )
