"""what a proposal's maker saw; ordinary numbers in the order of a hash"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposals", sa.Column("head", sa.Text()))
    ordinary = sa.text("substr(indicator, 1, 7) = 'number:' AND probability < 0.2")
    op.create_index(
        "ix_verdicts_ordinary",
        "verdicts",
        ["id"],
        sqlite_where=ordinary,
        postgresql_where=ordinary,
    )
