"""Bytes → lines of text: where a line ends, and in which encoding it is."""

import io

import pytest

from pipeline.intake.lines import Line, lines_of

ASCII = b"".join(b"http://a.example/%d %s\n" % (n, b"x" * 60) for n in range(9000))
"""More than is read at once."""


def read(content: bytes) -> list[Line]:
    lines = list(lines_of(io.BytesIO(content), "test", max_line=1000))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    return lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("last", [True, False], ids=["closed", "open"])
def test_a_line_ends_as_the_file_s_maker_ends_lines(end: str, last: bool) -> None:
    text = end.join(["一", "", "二"]) + (end if last else "")
    for encoding in ("utf-8", "gb18030", "utf-16"):
        assert [line.text for line in read(text.encode(encoding))] == ["一", "", "二"]


def test_a_stray_cr_ends_no_line_of_a_file_with_lf() -> None:
    assert [line.text for line in read(b"a\rb\nc\n")] == ["a\rb", "c"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "網站 詐騙"), ("gb18030", "网站 诈骗"), ("big5", "網站 詐騙")],
)
@pytest.mark.parametrize("many", [1, 50])
def test_the_encoding_is_told_by_the_first_lines_that_tell_it(
    encoding: str, said: str, many: int
) -> None:
    """Behind much ASCII, and told again where one line told too little."""
    late = [f"{said} http://late{n}.example/" for n in range(many)]
    part = "".join(f"{line}\n" for line in late).encode(encoding)
    lines = read(ASCII + part + ASCII + part)
    assert [line.flaw for line in lines if line.flaw] == []
    assert [line.text for line in lines if not line.text.isascii()] == late * 2


def test_a_damaged_line_that_is_all_there_is_beyond_ascii_is_no_chinese() -> None:
    damaged = b"\xe7\xbd\x91\xe7\xab http://bad.example/ \xe7\xbd\n"
    flaws = [line for line in read(ASCII + damaged + ASCII) if line.flaw]
    assert [(line.number, line.flaw) for line in flaws] == [(9001, "bad-encoding")]
    assert "http://bad.example/" in flaws[0].text


def test_an_encoding_that_is_decided_holds_for_all_that_follows() -> None:
    said = "网站诈骗\n".encode("gb18030") * 20
    assert read(ASCII + said + ASCII + "网站\n".encode())[-1].text != "网站"
