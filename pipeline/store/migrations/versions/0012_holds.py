"""holds of releases, approvals of one hold each, and relief releases"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "release_holds",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("cut", COUNTER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_holds")),
    )
    # Approvals given before holds had numbers name none, and count for nothing that comes now.
    op.add_column("release_approvals", sa.Column("hold", COUNTER, nullable=True))
    op.add_column("releases", sa.Column("approval", COUNTER, nullable=True))
    op.add_column("releases", sa.Column("relief_cut", COUNTER, nullable=True))
    op.add_column("releases", sa.Column("relief_as_of", sa.BigInteger(), nullable=True))
    op.add_column("releases", sa.Column("relief_of", sa.Text(), nullable=True))
