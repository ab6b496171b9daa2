"""What stands between the characters of a word is taken out, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.domains.squeezing import run_together, squeezed

texts = st.text("充值返利abz019０٣·★_ ，。！\n\t、-\U000e0041\U0001f600\U00020001", max_size=40)
HAN = "[\u3400-\u9fff]"


@pytest.mark.parametrize(
    ("bent", "plain"),
    [
        ("充·值", "充值"),
        ("充★★★☆值返3利", "充值返利"),
        ("已充33值得", "已充33值得"),
        ("百 家 乐", "百家乐"),
        ("充值，返利。出☆金", "充值，返利。出金"),
        ("收入、金融", "收入、金融"),
        ("no Han - none", "no Han - none"),
    ],
)
def test_symbols_and_single_digits_go(bent: str, plain: str) -> None:
    assert squeezed(bent) == plain


@given(texts)
def test_squeezing_is_what_two_patterns_say_one_after_the_other(text: str) -> None:
    joint = re.sub(rf"(?<={HAN})(?:[^\w。！？!?；;，,、：:\s]+|\d)(?={HAN})", "", text)
    lone = rf"(?<!{HAN}){HAN}(?:[^\u3400-\u9fff\n。！？!?；;]{{1,3}}{HAN}(?!{HAN}))+"
    expected = re.sub(lone, lambda found: "".join(re.findall(HAN, found.group())), joint)
    assert squeezed(text) == expected


@given(texts)
def test_run_together_keeps_han_letters_and_digits(text: str) -> None:
    expected = re.sub(rf"[^\u3400-\u9fffA-Za-z0-9]+|(?<={HAN})[0-9](?={HAN})", "", text)
    assert run_together(text) == expected
