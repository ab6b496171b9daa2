"""why an item waits, as id and arguments; a search of the queue reads an index alone"""

import sqlalchemy as sa
from alembic import op

from pipeline.whys import recognise

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("why_id", sa.Text()))
    op.add_column("reviews", sa.Column("why_args", sa.JSON()))
    op.drop_index("ix_reviews_closed_at_priority", "reviews")
    op.create_index(
        "ix_reviews_closed_at_priority_subject", "reviews", ["closed_at", "priority", "subject"]
    )
    op.create_index(
        "ix_reviews_closed_at_why_id_priority", "reviews", ["closed_at", "why_id", "priority"]
    )
    _fill()


def _fill() -> None:
    """Give the items that wait the id of what their text says."""
    reviews = sa.table(
        "reviews",
        sa.column("subject", sa.Text),
        sa.column("why", sa.Text),
        sa.column("why_id", sa.Text),
        sa.column("why_args", sa.JSON),
        sa.column("closed_at", sa.BigInteger),
    )
    connection, last = op.get_bind(), ""
    waiting = sa.select(reviews.c.subject, reviews.c.why).where(reviews.c.closed_at.is_(None))
    while rows := connection.execute(
        waiting.where(reviews.c.subject > last).order_by(reviews.c.subject).limit(1000)
    ).all():
        for subject, text in rows:
            made = recognise(text)
            connection.execute(
                sa.update(reviews)
                .where(reviews.c.subject == subject)
                .values(why_id=made.id, why_args=made.as_json())
            )
        last = rows[-1].subject
