"""the queue's orders: by clarity and by age"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clarity", sa.Float(), nullable=True))
        batch_op.create_index(
            "ix_reviews_closed_at_clarity", ["closed_at", "clarity"], unique=False
        )
        batch_op.create_index(
            "ix_reviews_closed_at_opened_at", ["closed_at", "opened_at"], unique=False
        )
    reviews = sa.table("reviews", sa.column("probability"), sa.column("clarity"))
    clarity = sa.func.abs(sa.func.coalesce(reviews.c.probability, 1.0) - 0.5)
    op.execute(reviews.update().values(clarity=clarity))
