"""Tokens of the markup: what a page is built of, whatever it says."""

import pytest

from spiders.extract import extract_text
from spiders.extract.markup import KEPT

KIT = """<body class="Page login-2024"><form id="f17" action="next.php" data-step='2'>
<img src="https://cdn.example/assets/img/logo_33.png?v=4"><img src='data:image/png;base64,AAAA'>
<a href="/about/us">x</a><a href="guide/terms.html">y</a><a href="#">z</a></form></body>"""


def tokens(html: str) -> tuple[str, ...]:
    return extract_text(html, url="https://a.example/").markup


def test_names_attributes_and_paths_become_tokens_with_digits_masked() -> None:
    assert tokens(KIT) == (
        "class=page", "class=login-0",
        "id=f0",
        "path=assets", "path=img", "path=logo_0.png", "path=v", "path=0", "path=guide",
        "path=terms.html", "path=next.php",
    )  # fmt: skip


def test_words_of_the_text_and_of_scripts_are_no_tokens() -> None:
    assert tokens("<p>class dismissed, id= checked</p><script>var id = 'x'</script>") == ()


@pytest.mark.parametrize(
    ("address", "steps"),
    [
        ("HTTP://B.example/In/x.js", ("path=in", "path=x.js")),
        ("//b.example", ()),
        ("", ()),
        ("#top.png", ()),
        ("JavaScript:go('/in/x.js')", ()),
        ("data:image/png;base64,AA==", ()),
        (" ./in/\nx.js?v=12#l ", ("path=.", "path=in", "path= x.js", "path=v", "path=0", "path=l")),
    ],
)
def test_steps_are_of_addresses_that_lead_somewhere(address: str, steps: tuple[str, ...]) -> None:
    assert tokens(f'<img src="{address}">') == steps


def test_filling_a_page_with_names_of_one_kind_hides_nothing_of_another() -> None:
    letters = [f"{a}{b}{c}" for a in "abcdefghij" for b in "abcdefghij" for c in "abcdefghijkl"]
    read = tokens("".join(f'<i class="{one}"></i>' for one in letters) + KIT)
    assert sum(one.startswith("class=") for one in read) == KEPT["class"]
    assert {"id=f0", "path=next.php"} < set(read)
