"""Files of reports as they come, and what of them is in the store afterwards."""

import csv
import gzip
import io
import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.indicators import parse, parse_number
from pipeline.intake import REASONS, IntakeCount, rows, take_in
from pipeline.intake.taking import OnProgress
from pipeline.nouns import Standing
from pipeline.settings import IntakeSettings, Settings
from pipeline.store import Store, open_store
from pipeline.store.reports import Stage, at_stage, count_reports
from pipeline.store.tallies import tallies

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
CSV = (
    "举报时间,举报人,类别,网址,号码,内容\n"
    "2026-02-01 08:00,caller-1,刷单返利,hxxps://rebate[.]example/a,138 0013 8000,加群做任务\n"
    "2026年2月2日,caller-2,网络赌博,bet.example,,另有 http://bet2.example/x 和 0571-87654321\n"
)


def take(
    store: Store,
    path: Path,
    content: str | bytes,
    *,
    form: str | None = None,
    intake: IntakeSettings | None = None,
    on_progress: OnProgress | None = None,
) -> IntakeCount:
    """Write the content down and take it in; the rejects are beside it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    count = take_in(
        store,
        [path],
        source="test",
        settings=Settings(home=path.parent / "home", intake=intake or IntakeSettings()),
        now=NOW,
        rejects=path.parent / "rejects.jsonl",
        form=form,
        on_progress=on_progress,
    )
    assert count.accepted + count.rejected + count.duplicates == count.lines
    assert sum(count.reasons.values()) == count.rejected
    assert set(count.reasons) <= set(REASONS)
    return count


def rejects(path: Path) -> list[dict[str, object]]:
    file = path.parent / "rejects.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def subjects(store: Store) -> set[str]:
    with store.read() as connection:
        return {
            str(indicator)
            for stage in (Stage.CRAWL, Stage.JUDGE)
            for indicator in at_stage(connection, stage, limit=1000)
        }


FOUND = {
    "url:https://rebate.example/a",
    "number:+8613800138000",
    "host:bet.example",
    "url:http://bet2.example/x",
    "number:+8657187654321",
}


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("gb18030"),
        lambda text: text.encode("utf-16"),
        lambda text: gzip.compress(text.encode("gb18030")),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode("gb18030"),
        lambda text: text.replace("\n", "\r").encode("utf-16"),
        lambda text: text.replace(",", ";").encode(),
    ],
    ids=["utf-8", "mark", "gb18030", "utf-16", "gzip", "crlf", "cr", "cr-16", "semicolons"],
)
def test_a_table_with_chinese_columns(store: Store, tmp_path: Path, encode) -> None:  # type: ignore[no-untyped-def]
    count = take(store, tmp_path / "reports.csv", encode(CSV))
    assert (count.lines, count.accepted, count.reasons) == (3, 2, {"header": 1})
    assert subjects(store) == FOUND


def test_big5_is_told_from_gb18030(store: Store, tmp_path: Path) -> None:
    text = "網站名稱,網址,件數\n假冒投資平台,www.invest.example,3\n詐騙購物網站,shop.example,1\n"
    count = take(store, tmp_path / "r.csv", text.encode("big5"))
    assert count.accepted == 2
    assert subjects(store) == {"host:www.invest.example", "host:shop.example"}


def test_what_a_report_keeps(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path / "reports.csv", CSV)
    site, number = parse("https://rebate.example/a"), parse_number("13800138000")
    with store.read() as connection:
        found = tallies(connection, [site, number], standing=Standing())
    assert found[site] == found[number]
    assert found[site].categories == (Category.TASK_REBATE,)
    assert found[site].last_at == datetime(2026, 2, 1, 0, 0, tzinfo=UTC)
    assert found[site].sources == ("test",)


def test_the_reporter_is_nowhere_in_the_clear(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'fanzha.db'}")
    text = "reporter,phone\n13911112222,bad\n139-1111-2222,13800138000\n"
    take(store, tmp_path / "reports.csv", text)
    store.close()
    kept = b"".join(p.read_bytes() for p in tmp_path.glob("fanzha.db*"))
    kept += (tmp_path / "rejects.jsonl").read_bytes()
    assert b"13911112222" not in kept
    assert b"139-1111-2222" not in kept
    assert (tmp_path / "home/keys/persons.key").stat().st_mode & 0o777 == 0o600


def test_a_reporter_who_is_no_text_costs_nothing(store: Store, tmp_path: Path) -> None:
    lines = '{"url":"http://a.example/x","reporter":"\\ud800abc"}\n{"url":"http://b.example/x"}\n'
    count = take(store, tmp_path / "r.jsonl", lines)
    assert (count.lines, count.accepted) == (2, 2)


def test_a_fault_of_the_program_costs_its_own_row(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(word: str) -> None:
        if word == "odd":
            raise ZeroDivisionError

    monkeypatch.setattr(rows, "category_of", faulty)
    path = tmp_path / "r.csv"
    count = take(store, path, "url,category\nhttp://a.example/x,odd\nhttp://b.example/x,loan\n")
    assert (count.accepted, count.reasons["fault"]) == (1, 1)
    (aside,) = rejects(path)
    assert "ZeroDivisionError" in str(aside["message"])


def test_json_lines(store: Store, tmp_path: Path) -> None:
    rows = [
        {"url": "rebate.example", "phone": 13800138000, "count": 3, "date": "2026-02-01"},
        {"urls": ["a.example", "b.example/x"], "brand": "某银行"},
        {"brand": "某银行"},
        ["rebate.example"],
    ]
    text = "\n".join(json.dumps(row) for row in rows) + "\n{broken\n"
    count = take(store, tmp_path / "reports.jsonl", text)
    assert (count.accepted, count.reasons) == (2, {"bad-json": 2, "columns": 1})
    assert subjects(store) == {
        *("host:rebate.example", "number:+8613800138000"),
        *("host:a.example", "url:http://b.example/x"),
    }


def test_plain_text_and_hosts_files(store: Store, tmp_path: Path) -> None:
    text = "# list\n\nrebate.example\n0.0.0.0 sink.com\n请看 http://a.example/x，电话95588\n无\n*.com\n"
    count = take(store, tmp_path / "list", text)
    assert count.accepted == 3
    assert count.reasons == {"comment": 1, "blank": 1, "no-dot": 1, "public-suffix": 1}
    assert subjects(store) == {
        *("host:rebate.example", "host:sink.com"),
        *("url:http://a.example/x", "number:95588"),
    }
    assert [(row["line"], row["raw"], row["reason"]) for row in rejects(tmp_path / "list")] == [
        (6, "无", "no-dot"),
        (7, "*.com", "public-suffix"),
    ]


def test_a_table_without_names_is_read_by_its_content(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path / "r.tsv", "甲\twww.a.example\t3\n乙\tb.example/x\t1\n丙\tbitgin\t2\n")
    assert subjects(store) == {"host:www.a.example", "url:http://b.example/x"}


def test_a_cell_may_hold_line_ends_and_a_stray_quote_costs_one_line(
    store: Store, tmp_path: Path
) -> None:
    text = 'url,text\na.example,"一\n二, b.com"\nc.example,"没有结束\n' + "d.example,\n" * 101
    count = take(store, tmp_path / "r.csv", text)
    assert count.reasons == {"header": 1, "open-quote": 1}
    assert count.duplicates == 100
    assert subjects(store) == {"host:a.example", "host:b.com", "host:d.example"}


def test_one_bad_cell_does_not_lose_the_row(store: Store, tmp_path: Path) -> None:
    text = "url,phone,time,count\nbitgin,13800138000,someday,many\n"
    count = take(store, tmp_path / "r.csv", text)
    assert (count.accepted, count.partial) == (1, 1)
    found = rejects(tmp_path / "r.csv")
    assert [(row["reason"], row["accepted"]) for row in found] == [
        ("no-dot", True),
        ("bad-time", True),
        ("bad-count", True),
    ]


def test_damaged_bytes_cost_their_own_line(store: Store, tmp_path: Path) -> None:
    good = b"".join(b"\xe7\xbd\x91\xe7\xab\x99 http://h%d.example/\n" % n for n in range(20))
    count = take(store, tmp_path / "r.txt", good + b"\xe7\xbd http://bad.example/\n")
    assert (count.accepted, count.reasons) == (20, {"bad-encoding": 1})


def test_what_was_damaged_is_kept_where_no_column_names_reporters(
    store: Store, tmp_path: Path
) -> None:
    damaged = b"\xe7\xbd\x91\xe7\xab http://bad.example/ \xe7\xbd\n"
    count = take(store, tmp_path / "r.txt", "网站\n".encode() * 20 + damaged)
    assert count.reasons["bad-encoding"] == 1
    assert "http://bad.example/" in str(rejects(tmp_path / "r.txt")[-1]["raw"])


def test_a_row_that_cannot_be_told_apart_is_sealed_where_a_column_names_reporters(
    store: Store, tmp_path: Path
) -> None:
    for header, kept in (("url,reporter", False), ("url,note", True)):
        text = f'{header}\n"http://a.example/,li si\n' + "http://b.example/,x\n" * 120
        assert take(store, tmp_path / "r.csv", text).reasons["open-quote"] == 1
        (aside,) = rejects(tmp_path / "r.csv")
        assert ("li si" in str(aside["raw"])) is kept


@pytest.mark.parametrize(
    ("column", "cell", "found", "reasons"),
    [
        (
            "phone",
            "13800138000/13900139000",
            {"number:+8613800138000", "number:+8613900139000"},
            [],
        ),
        ("phone", "138 0013 8000、95588", {"number:+8613800138000", "number:95588"}, []),
        ("phone", "13800138000；85112345", {"number:+8613800138000"}, ["no-area-code"]),
        ("phone", "020-12345678,8001", {"number:+862012345678"}, []),
        ("phone", "请拨13800138000，谢谢", {"number:+8613800138000"}, []),
        ("url", "http://a.com/x,http://b.com/y", {"url:http://a.com/x", "url:http://b.com/y"}, []),
        ("url", "hxxp://a.com/x;hxxps[:]//b.com", {"url:http://a.com/x", "url:https://b.com/"}, []),
        ("url", "http://a.com/x|http://b", {"url:http://a.com/x"}, ["no-dot"]),
        ("url", "http://a.com/x,y;z", {"url:http://a.com/x,y;z"}, []),
    ],
)
def test_a_cell_with_several_claims_loses_none(
    store: Store, tmp_path: Path, column: str, cell: str, found: set[str], reasons: list[str]
) -> None:
    count = take(store, tmp_path / "r.tsv", f"{column}\tname\n{cell}\tx\n")
    assert (count.accepted, subjects(store)) == (1, found)
    assert [row["reason"] for row in rejects(tmp_path / "r.tsv")] == reasons


def test_a_line_without_end_is_passed_over(store: Store, tmp_path: Path) -> None:
    text = "a.example\n" + "x" * 5000 + "\nb.example\n" + "y" * 3_000_000
    count = take(store, tmp_path / "r.txt", text, intake=IntakeSettings(max_line=1000))
    assert (count.accepted, count.reasons) == (2, {"line-too-long": 2})
    assert all(len(str(row["raw"])) <= 200 for row in rejects(tmp_path / "r.txt"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("r.csv", b"", "the file is empty"),
        ("r.csv", gzip.compress(b""), "the file is empty"),
        ("r.csv", bytes(range(256)) * 9, "got a binary one"),
        ("r.csv", b"name,count\na,1\n", "expected a column that names a site or a number"),
        ("r.csv", b"foo,bar\na,1\nb,2\n", "expected a column"),
        ("r.jsonl", b'{"brand": "x"}\n', "no object has one of these keys"),
        ("r.json", b'[{"url": "a.example"}]', "one JSON list"),
        ("r.txt", gzip.compress(b"a.example\n" * 9999)[:-20], "damaged or cut off"),
        ("r.txt", b"\xff\xff\xff\n\xff\xfe\n" * 9, "none of them"),
    ],
)
def test_what_cannot_be_read_says_so_in_one_line(
    store: Store, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(FanzhaError, match=says) as error:
        take(store, tmp_path / name, content)
    assert "\n" not in str(error.value)


def test_doing_it_twice_adds_nothing(store: Store, tmp_path: Path) -> None:
    take(store, tmp_path / "reports.csv", CSV)
    again = take(store, tmp_path / "again.csv", gzip.compress(CSV.encode("gb18030")))
    assert (again.accepted, again.duplicates) == (0, 2)


def test_a_folder_is_taken_whole_and_names_what_it_cannot_read(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("a.example\n")
    (folder / "deep/b.csv").write_text("url\nb.example\n")
    (folder / "c.bin").write_bytes(b"\0\1\2")
    (folder / ".hidden").write_text("h.example\n")
    seen: list[tuple[int, int]] = []
    count = take_in(
        store,
        [folder],
        source="test",
        settings=Settings(home=tmp_path / "home"),
        now=NOW,
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert (count.accepted, count.files) == (2, 2)
    assert len(count.unread) == 1
    assert "c.bin" in count.unread[0]
    assert seen[-1] == (27, 27)


def test_standard_input_is_a_stream(store: Store, tmp_path: Path) -> None:
    stream = io.BytesIO(gzip.compress(b"a.example\n"))
    count = take_in(
        store, stream, source="test", settings=Settings(home=tmp_path / "home"), now=NOW
    )
    assert (count.accepted, subjects(store)) == (1, {"host:a.example"})


def _take_and_die(url: str, path: Path, home: Path) -> None:
    def die(done: int, total: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    take_in(
        open_store(url),
        [path],
        source="test",
        settings=Settings(home=home, intake=IntakeSettings(batch=10)),
        now=NOW,
        on_progress=die,
    )


def test_a_killed_intake_that_is_repeated_gives_the_same(tmp_path: Path) -> None:
    path, url = tmp_path / "r.txt", f"sqlite:///{tmp_path / 'fanzha.db'}"
    path.write_text("".join(f"h{n % 80}.example\n" for n in range(100)))
    process = multiprocessing.get_context("spawn").Process(
        target=_take_and_die, args=(url, path, tmp_path / "home")
    )
    process.start()
    process.join()
    store = open_store(url)
    with store.read() as connection:
        assert count_reports(connection) == 10
    count = take(store, path, path.read_bytes())
    assert (count.accepted, count.duplicates) == (70, 30)
    store.close()


@pytest.fixture
def counting_store() -> Iterator[Store]:
    """One store for all examples of a property: what came before is a duplicate."""
    store = open_store("sqlite://")
    yield store
    store.close()


_CELLS = st.one_of(
    st.sampled_from(
        ["a.example", "http://b.example/x", "13800138000", "*.com", "", '"', "网址", "#"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
)


@given(
    st.lists(st.lists(_CELLS, min_size=1, max_size=4), max_size=12),
    st.sampled_from([",", "\t", "|"]),
)
@hypothesis_settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_counts_add_up_whatever_comes(
    counting_store: Store, tmp_path: Path, rows: list[list[str]], delimiter: str
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([["url", "phone", "text"], *rows])
    take(counting_store, tmp_path / "r.csv", written.getvalue(), form="csv")


def test_the_three_real_files_go_in_whole(store: Store, tmp_path: Path, data: Path) -> None:
    for file, lines in (
        ("npa165_reported_sites_2020-2025.tsv", 45_263),
        ("npa165_reported_numbers.txt", 422),
        ("jpcert_phishing_urls_2024.csv.gz", 56_913),
    ):
        count = take(store, tmp_path / file, (data / "reports" / file).read_bytes())
        assert count.lines == lines
        assert set(count.reasons) <= {"no-dot", "comment", "header"}
        assert count.rejected < 20
