"""what a month's figures count is found by its time"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_decisions_decided_at_action_category", "decisions", ["decided_at", "action", "category"]
    )
    op.create_index("ix_verdicts_at_label", "verdicts", ["at", "label"])
    op.create_index("ix_reports_received_at_source", "reports", ["received_at", "source"])
