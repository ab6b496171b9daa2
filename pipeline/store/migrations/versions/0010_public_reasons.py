"""public reasons"""

import sqlalchemy as sa
from alembic import op

from pipeline.store.public_reasons import keep_public_reasons

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_reasons",
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("decision"),
        sqlite_with_rowid=False,
    )
    decisions = sa.table(
        "decisions", sa.column("id"), sa.column("action"), sa.column("verdict"), sa.column("seq")
    )
    connection = op.get_bind()
    query = sa.select(decisions.c.seq, decisions.c.id, decisions.c.verdict).where(
        decisions.c.action == "block", decisions.c.verdict.is_not(None)
    )
    last = 0
    while rows := connection.execute(
        query.where(decisions.c.seq > last).order_by(decisions.c.seq).limit(1000)
    ).all():
        keep_public_reasons(connection, [(row.id, row.verdict) for row in rows])
        last = rows[-1].seq
