"""docs/range.md says what is there, and nothing else."""

from examples.range.tables import PAGE, TABLES, renewed


def test_the_tables_of_the_page_are_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, "run: python -m examples.range.tables"
    assert all(f"<!-- table: {name} -->" in page for name in TABLES)
