"""Mapping files: a carrier's own columns become the contract's."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

import pipeline.feeds
from pipeline.errors import FanzhaError
from pipeline.feeds.contracts import CONTRACTS, markdown
from pipeline.feeds.mapping import load_mapping
from tests.pipeline.feeds.conftest import Desk

MAPPINGS = Path(pipeline.feeds.__file__).parent / "mappings"
HEADER = "phone_no_m,opposite_no_m,calltype_id,start_datetime,call_dur,city_name,county_name,imei_m"


def test_the_sichuan_layout_gives_callers_whoever_wrote_the_row(desk: Desk) -> None:
    path = desk.write(
        "aaa,bbb,1,2026-03-01 10:00:00,60,X,Y,dev1",
        "aaa,ccc,2,2026-03-01 11:00:00,20,X,Y,dev1",
        "aaa,ddd,3,2026-03-01 12:00:00,20,X,Y,dev1",
        header=HEADER,
    )
    delivery = desk.take(path, mapping=load_mapping(MAPPINGS / "sichuan-voice.toml"))
    assert (delivery.rows, delivery.kept, delivery.passed_over) == (3, 2, 1)
    rows = pq.ParquetFile(desk.shelf.rows("calls", "2026-03-01", delivery.id)).read().to_pylist()
    name = {n: desk.keys.surrogate("number", n) for n in ("aaa", "bbb", "ccc")}
    assert {(r["number"], r["other"]) for r in rows} == {
        (name["aaa"], name["bbb"]),
        (name["ccc"], name["aaa"]),
    }
    assert [r["imei"] is None for r in rows] == [False, True]


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda p: p.stem)
def test_shipped_mappings_load(path: Path) -> None:
    assert load_mapping(path).kind in CONTRACTS


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("kind = 'mail'", "one of calls"),
        ("kind = 'calls'\nfoo = 1", "foo"),
        ("kind = 'calls'\n[columns]\nwho = 'x'", "who"),
        ("not toml", "TOML"),
        ("kind = ['calls']", "one of calls"),
        ("kind = 'calls'\ndelimiter = ';;'", "delimiter = one sign"),
        ("kind = 'calls'\ndelimiter = ''", "delimiter = one sign"),
        ("kind = 'calls'\nencoding = 'nope'", "encoding"),
        ("kind = 'calls'\nencoding = 'utf-16'", "encoding"),
        ("kind = 'calls'\nopaque = 'no'", "opaque"),
        ("kind = 'calls'\nfiles = 'HW*'", "files"),
        ("kind = 'calls'\ncolumns = ['a']", "columns"),
        ("kind = 'calls'\n[columns]\ncaller = ['a']", "columns.caller"),
        ("kind = 'calls'\n[constants]\nseconds = 1", "constants.seconds"),
        ("kind = 'calls'\n[only_in]\nseconds = '1'", "only_in.seconds"),
        ("kind = 'calls'\n[values]\nfoo = 'x'", "values.foo"),
        ("kind = 'calls'\n[values.foo]\na = 'x'", "foo is nothing"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(FanzhaError, match=word):
        load_mapping(path)


def test_the_documentation_is_the_contract() -> None:
    text = (Path(pipeline.feeds.__file__).parents[2] / "docs" / "feeds.md").read_text("utf-8")
    assert markdown().strip() in text
