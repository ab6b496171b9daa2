"""How a page hangs together, whatever host it was read from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.extract import extract_text
from spiders.extract.ties import TIES

HOME = """<head><meta property="og:title" content="Bank"><link rel="icon" href="https://cdn.bank.example/i.ico">
<link rel="stylesheet" href="/all.css"></head><a href="/loans">Loans</a><a href="/cards?from=top">Cards</a>
<a href="https://www.bank.example/help">Help</a><a href="https://bank.example/privacy">Privacy</a>
<a href="https://news.example/">News</a><a href="tel:95588">Call</a>
<script src="https://cdn.bank.example/app.js"></script>"""

COPY = """<link rel="icon" href="files/i.ico"><link rel="stylesheet" href="files/all.css">
<a href="#">Loans</a><a href="">Cards</a><a href="javascript:void(0)">Help</a><a href="#privacy">Privacy</a>
<a name="top">Top</a><img src="data:image/png;base64,AA=="><form action="next.php"></form><form></form>"""


def ties(html: str, url: str = "https://a.example/") -> dict[str, int]:
    counts = extract_text(html, url=url).to_json()["ties"]
    assert isinstance(counts, dict)
    assert tuple(counts) == TIES
    return {name: value for name, value in counts.items() if value}


def test_a_page_at_home_leads_to_pages_of_its_own() -> None:
    assert ties(HOME) == {
        "links absolute": 3, "links root": 2, "links other": 1, "loads absolute": 2, "loads root": 1,
        "icons absolute": 1, "paths": 5, "linked sites": 2, "most linked": 66, "loaded sites": 1,
        "most loaded": 100, "both sites": 1, "same most": 1, "legal": 1, "cards": 1, "metas": 1,
    }  # fmt: skip


def test_a_copy_keeps_its_files_beside_it_and_leads_nowhere() -> None:
    assert ties(COPY) == {
        "links fragment": 2, "links nowhere": 2, "loads relative": 2, "loads data": 1, "icons relative": 1,
        "forms relative": 1, "forms nowhere": 1, "forms scripts": 1, "legal": 1, "legal dead": 1,
    }  # fmt: skip


def test_it_is_the_same_wherever_the_page_was_read() -> None:
    assert ties(HOME, "https://www.bank.example/") == ties(HOME, "https://x.invalid/")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://b.example/", "absolute"), ("//b.example", "absolute"), ("/x", "root"), ("x.html", "relative"),
        ("#top", "fragment"), ("", "nowhere"), ("JavaScript:;", "nowhere"), ("data:,x", "data"),
        ("tel:95588", "other"), ("?next=1", "relative"), (" HTTP://b.example ", "absolute"),
    ],
)  # fmt: skip
def test_an_address_is_told_by_how_it_is_written(address: str, kind: str) -> None:
    assert ties(f'<a href="{address}">x</a>')[f"links {kind}"] == 1


@given(st.text(max_size=40))
def test_no_address_is_too_odd(address: str) -> None:
    quoted = address.replace("&", "&amp;").replace('"', "&quot;")
    counts = ties(f'<a href="{quoted}">a</a><img src="{quoted}"><form action="{quoted}"></form>')
    assert sum(n for name, n in counts.items() if name.startswith("links ")) == 1
