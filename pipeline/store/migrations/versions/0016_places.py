"""where known names stand in the tree of names"""

import sqlalchemy as sa
from alembic import op

from pipeline.nouns import Indicator
from pipeline.store.places import keep_places

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BATCH = 10_000


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("place", KEY, nullable=False),
        sa.Column("indicator", KEY, nullable=False),
        sa.PrimaryKeyConstraint("place", "indicator", name=op.f("pk_places")),
        sqlite_with_rowid=False,
    )
    for name in ("subjects", "decision_heads"):
        _fill(sa.table(name, sa.column("indicator", KEY)))


def _fill(known: sa.TableClause) -> None:
    """Place what is known already, by its key, so that memory does not grow with it."""
    connection, last = op.get_bind(), ""
    key = known.c.indicator
    while keys := connection.scalars(
        sa.select(key).where(key > last).order_by(key).limit(BATCH)
    ).all():
        keep_places(connection, map(Indicator.from_key, keys))
        last = keys[-1]
