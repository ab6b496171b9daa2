"""Tokens of the markup: what a page is built of, whatever it says."""

from spiders.extract import extract_text
from spiders.extract.markup import TOKENS_LIMIT, markup_tokens

KIT = """<body class="Page login-2024"><form id="f17" action="next.php" data-step='2'>
<img src="https://cdn.example/assets/img/logo_33.png?v=4"><img src='data:image/png;base64,AAAA'>
<a href="/about/us">x</a><a href="guide/terms.html">y</a><a href="#">z</a></form></body>"""


def test_names_attributes_and_paths_become_tokens_with_digits_masked() -> None:
    assert markup_tokens(KIT) == (
        "has=class", "class=page", "class=login-0", "has=id", "id=f0", "has=action",
        "has=action:relative", "path=next.php", "has=data-step", "has=src", "has=src:absolute",
        "path=assets", "path=img", "path=logo_0.png", "path=v", "path=0", "has=src:data",
        "has=href", "has=href:root", "has=href:relative", "path=guide", "path=terms.html",
        "has=href:fragment",
    )  # fmt: skip


def test_words_of_the_text_are_no_tokens() -> None:
    assert markup_tokens("<p>class dismissed, id checked</p>") == ()


def test_a_page_of_countless_names_is_cut() -> None:
    letters = [f"{a}{b}{c}" for a in "abcdefghij" for b in "abcdefghij" for c in "abcdefghijkl"]
    page = "".join(f'<i class="{one}"></i>' for one in letters)
    assert len(markup_tokens(page)) == TOKENS_LIMIT


def test_the_page_carries_them() -> None:
    assert "id=f0" in extract_text(KIT, url="https://a.example/").markup
