"""The sample reports cover the whole range, with as many voices as each outcome needs."""

import csv
import io
import json
from collections import defaultdict
from pathlib import Path

import pytest

from examples.range import INTERNET, read_manifest
from pipeline.errors import FanzhaError
from pipeline.indicators import find, parse
from pipeline.nouns import Indicator

REPORTS = Path(__file__).parents[2] / "examples" / "reports"
Voices = dict[Indicator, set[str]]


def rows() -> list[tuple[str, str | None]]:
    """(what is reported, who reports it), of every row of every file."""
    hotline = csv.DictReader(io.StringIO((REPORTS / "96110.csv").read_text(encoding="utf-8")))
    found: list[tuple[str, str | None]] = [(row["url"], row["reporter"]) for row in hotline]
    text = (REPORTS / "12321.tsv").read_text(encoding="gb18030")
    centre = csv.DictReader(io.StringIO(text), delimiter="\t")
    found += [(row["网址"], row["举报人"]) for row in centre]
    for line in (REPORTS / "webform.jsonl").read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):
            row = json.loads(line)
            found.append((row["url"] or "", row["reporter"]))
    crowd = csv.DictReader(io.StringIO((REPORTS / "crowd.csv").read_text(encoding="utf-8")))
    found += [(row["url"], None) for row in crowd]
    return found


@pytest.fixture(scope="module")
def voices() -> Voices:
    heard: Voices = defaultdict(set)
    for text, reporter in rows():
        try:
            indicator = parse(text)
        except FanzhaError:
            continue  # a row made to be rejected
        heard[indicator].add(reporter or "the crowd")
    return heard


EXPECTED = read_manifest(INTERNET).expectations


def test_everything_that_is_expected_is_reported(voices: Voices) -> None:
    assert [one.report for one in EXPECTED if parse(one.report) not in voices] == []


def test_blocks_are_corroborated_and_reviews_are_not(voices: Voices) -> None:
    for one in EXPECTED:
        if one.expect == "block":
            assert len(voices[parse(one.report)]) >= 2, one.report
        if one.expect == "review":
            assert len(voices[parse(one.report)]) == 1, one.report


def test_honest_sites_are_reported_too_by_two_people_and_by_a_crowd(voices: Voices) -> None:
    honest = [one for one in EXPECTED if one.expect == "dismiss"]
    assert sum(len(voices[parse(one.report)]) >= 2 for one in honest) >= 2
    assert [text for text, who in rows() if who is None] == ["jianzhi-xiaoyuan.example"] * 30
    assert voices[parse("jianzhi-xiaoyuan.example")] == {"the crowd"}


def test_there_are_rows_to_reject() -> None:
    junk = {"*.com", "yunzhan-pages.example", "pages.dev", "bitgin", "", "com.cn"}
    assert junk <= {text for text, _ in rows()}


def test_the_chat_names_sites_and_numbers_inside_its_sentences() -> None:
    found = find((REPORTS / "chat.txt").read_text(encoding="utf-8"))
    values = {indicator.value for indicator in found}
    assert "https://mail-upgrade-verify.example/" in values
    assert "+8617000000095" in values
