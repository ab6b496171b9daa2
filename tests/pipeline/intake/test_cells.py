"""Times, kinds of fraud and names of columns, as sources write them."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.categories import Category
from pipeline.intake import REASONS
from pipeline.intake.columns import COLUMNS, field_of
from pipeline.intake.kinds import category_of
from pipeline.intake.times import read_time


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-04 10:02:00",
        "2024-01-04T10:02:00+08:00",
        "2024-01-04T02:02:00Z",
        "2024/1/4 10:02",
        "2024年1月4日 10时2分",
        "113/01/04 10:02",
        "民國113年1月4日10時2分",
        "20240104T100200",
        "1704333720",
        "1704333720000",
    ],
)
def test_one_moment_in_many_forms(text: str) -> None:
    assert read_time(text, ZoneInfo("Asia/Shanghai")) == datetime(2024, 1, 4, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2024-13-01", "13/1/4", "0001-01-01", "9" * 30])
def test_what_names_no_moment(text: str) -> None:
    assert read_time(text, UTC) is None


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("task-rebate", Category.TASK_REBATE),
        ("虚假征信", Category.CREDIT_REPAIR),
        ("網路購物詐騙", Category.FAKE_SHOPPING),
        ("假投資", Category.FAKE_INVESTMENT),
        ("Phishing", Category.PHISHING_CREDENTIAL),
        ("什么都不是", Category.OTHER),
        (" ", None),
    ],
)
def test_a_source_s_word_for_a_kind_of_fraud(word: str, category: Category | None) -> None:
    assert category_of(word) is category


def test_a_column_s_name_has_one_meaning() -> None:
    names = [name for names in COLUMNS.values() for name in names]
    assert len(names) == len(set(names))
    assert field_of(" Phone_Number ") == "number"
    assert field_of("網址") == "site"
    assert field_of("colour") is None


def test_every_reason_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs/intake.md").read_text()
    for reason, meaning in REASONS.items():
        assert f"| `{reason}` | {meaning} |" in text
