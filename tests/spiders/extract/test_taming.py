"""Markup made to keep a parser busy costs little, and honest pages are left as they are."""

import pytest

from spiders.extract import extract
from spiders.extract.taming import tame

EVIL = {
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(150_000)) + ">x</p>",
    "quoted attributes": "<p " + " ".join(f'a{n}=">"' for n in range(90_000)) + ">x</p>",
    "attributes side by side": "<p " + "".join(f'a{n}=""' for n in range(110_000)) + ">x</p>",
    "attributes that begin with a sign": "<p " + " ".join(f"=a{n}" for n in range(120_000)) + ">",
    "names": "".join(f"<p a{n}>" for n in range(100_000)),
    "short tags of many names": "".join(
        "<p " + " ".join(f"{n:x}{m:x}" for m in range(60)) + ">" for n in range(4_000)
    ),
    "deep": "<div>" * 200_000,
    "deep and closed": "<div>" * 100_000 + "</div>" * 100_000,
    "formatting": "<b></p>" * 140_000,
    "misnested": "<b><i></p></b>" * 70_000,
    "tables": "<table>" * 140_000,
    "paragraphs": "<p>" * 300_000,
    "cells": "<table><tr>" + "<td>" * 200_000,
    "unclosed tag": "<a " * 300_000,
    "tags in a name": "<a" * 450_000,
    "tags in a value": "<a x=" + "<a=" * 300_000,
    "unclosed quote": "<p a='" * 150_000,
    "comments": "<!--" * 250_000,
    "links": "<a href=/login>login</a>" * 40_000,
    "fields": "<input placeholder=密码>" * 30_000,
    "addresses": "a@" * 400_000,
    "digits": "138 0013 8000 " * 70_000,
    "icp": "京ICP备" * 150_000,
    "blanks": " " * 900_000 + "x",
    "entities": "&amp" * 200_000,
}


@pytest.mark.timeout(60)  # without taming, the worst of these take many minutes
@pytest.mark.parametrize("name", EVIL)
def test_a_megabyte_of_anything_is_read(name: str) -> None:
    page = extract(EVIL[name].encode()[:1_000_000], url="http://a.example/")
    assert page.html_length <= 1_000_000
    assert sum(page.tag_counts.values()) < 400_000


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", EVIL)
def test_so_is_a_tenth_of_it_of_which_less_is_cut(name: str) -> None:
    page = extract(EVIL[name].encode()[:100_000], url="http://a.example/")
    assert page.html_length <= 100_000


def test_what_costs_the_square_is_cut() -> None:
    assert tame(EVIL["attributes"]).count("=") == 256
    assert tame(EVIL["attributes side by side"]).count("=") == 1000
    assert tame(EVIL["attributes that begin with a sign"]).count("=a") == 2000  # half are values
    assert tame(EVIL["names"]).count("<p") == 20_000
    assert tame(EVIL["deep"]).count("<div>") == 2000
    assert tame(EVIL["formatting"]).count("<b>") == 2000


def test_an_honest_page_is_left_as_it_is() -> None:
    rows = "".join(
        f'<tr><td class="a" id=r{n}><a href="/{n}">{n}</a><br></td></tr>' for n in range(6000)
    )
    page = f"<table>{rows}</table>"
    assert tame(page) == page
