"""Phone numbers: the one value of each, the kind, and what its form gives away."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import parse, parse_number, read_number
from pipeline.indicators.numbers import KINDS, OTHER_KINDS, SIGNALS


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("13800138000", "+8613800138000", "mobile"),
        ("１３８-0013 8000", "+8613800138000", "mobile"),
        ("138.0013.8000", "+8613800138000", "mobile"),
        ("14512345678", "+8614512345678", "data-card"),
        ("1064812345678", "1064812345678", "iot"),
        ("010-8511 2345", "+861085112345", "landline"),
        ("(0571)87654321", "+8657187654321", "landline"),
        ("010-6512 3456", "+861065123456", "landline"),
        ("0951-1234567", "+869511234567", "landline"),
        ("1065123456", "1065123456", "sms-port"),
        ("57187654321", "+8657187654321", "landline"),
        ("400-820-0000", "+864008200000", "shared-cost"),
        ("800 820 0000", "+868008200000", "toll-free"),
        ("95588", "95588", "service-95"),
        ("952791234567", "952791234567", "service-95"),
        ("96110", "96110", "service-96"),
        ("0571 96110", "057196110", "area-short"),
        ("110", "110", "emergency"),
        ("12321", "12321", "hotline"),
        ("10086", "10086", "operator"),
        ("1008611", "1008611", "operator"),
        ("106901234567", "106901234567", "sms-port"),
        ("106" + "0" * 20, "106" + "0" * 20, "sms-port"),
        ("+886 2 2243 0000", "+886222430000", "international"),
        ("tel:+442079460000", "+442079460000", "international"),
        ("9558896110", "9558896110", "service-95"),
        ("95588 123", "95588123", "service-95"),
    ],
)
def test_one_value_for_each_number(text: str, value: str, kind: str) -> None:
    form = read_number(text)
    assert (form.indicator.value, form.kind, form.signals) == (value, kind, ())
    assert parse(text) == form.indicator


@pytest.mark.parametrize(
    ("text", "value", "signals"),
    [
        ("+86 138 0013 8000", "+8613800138000", {"international-prefix"}),
        ("008613800138000", "+8613800138000", {"international-prefix"}),
        ("+86(0)10 85112345", "+861085112345", {"international-prefix"}),
        ("+86 10 6512 3456", "+861065123456", {"international-prefix"}),
        ("8613800138000", "+8613800138000", {"no-plus"}),
        ("013800138000", "+8613800138000", {"trunk-zero"}),
        ("17951 13800138000", "+8613800138000", {"dial-prefix"}),
        ("12583113800138000", "+8613800138000", {"dial-prefix"}),
        ("17012345678", "+8617012345678", {"virtual-operator"}),
        ("020-12345678转8001", "+862012345678", {"extension"}),
        ("886222430000", "+886222430000", {"no-plus"}),
        ("+8695588", "95588", {"spoofed-international-prefix"}),
        ("+869558896110", "+869558896110", {"international-prefix"}),
        ("+86 955 8896110", "+869558896110", {"international-prefix"}),
        ("+00935973038", "+00935973038", {"no-such-country"}),
        ("+6700165", "+6700165", {"impossible-length"}),
    ],
)
def test_the_form_is_evidence(text: str, value: str, signals: set[str]) -> None:
    form = read_number(text)
    assert (form.indicator.value, set(form.signals)) == (value, signals)
    assert form.raw == text


@pytest.mark.parametrize(
    ("text", "value", "imitated"),
    [
        ("+0013800138000", "+0013800138000", "+8613800138000"),
        ("+13800138000", "+13800138000", "+8613800138000"),
        ("+0095588", "+0095588", "95588"),
        ("0095588", "+95588", "95588"),
        ("+110", "+110", "110"),
        ("01095588", "01095588", "95588"),
    ],
)
def test_a_faked_form_never_becomes_the_number_that_it_imitates(
    text: str, value: str, imitated: str
) -> None:
    form = read_number(text)
    assert form.indicator.value == value
    assert form.imitates == parse_number(imitated)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("85112345", "no-area-code"),
        ("1234567890", "impossible-number"),
        ("99999999999", "impossible-number"),
        ("09506162216", "impossible-number"),
        ("138001380001", "impossible-number"),
        ("110101199003071234", "impossible-number"),
        ("+86 95588 96110", "several-numbers"),
        ("95588 96110", "several-numbers"),
        ("0086-10086-95588", "several-numbers"),
        ("95588 95599 12381", "several-numbers"),
        ("12", "no-indicator"),
        ("rebate.example", "no-indicator"),
        ("++8613800138000", "no-indicator"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotAnIndicatorError) as error:
        parse_number(text)
    assert error.value.reason == reason


def test_another_region_has_its_own_numbers() -> None:
    assert parse_number("02-2243-0000", "TW").value == "+886222430000"
    assert read_number("+10222430000", "TW").imitates == parse_number("+886222430000")


@given(
    st.from_regex(r"\+?(00|86|0|010|86106|0951|1795|125|106|9|1[3-9])?[0-9]{1,20}", fullmatch=True)
)
def test_reading_is_total_idempotent_and_keeps_to_its_words(text: str) -> None:
    try:
        form = read_number(text)
    except NotAnIndicatorError:
        return
    assert form.kind in KINDS or form.kind in OTHER_KINDS
    assert set(form.signals) <= set(SIGNALS)
    assert parse_number(form.indicator.value) == form.indicator


def test_the_spoofed_numbers_that_police_published_are_all_read(data: Path) -> None:
    lines = (data / "reports/npa165_reported_numbers.txt").read_text().splitlines()[1:]
    kinds = [read_number(line).kind for line in lines]
    assert len(kinds) == 421
    assert set(kinds) == {"international", "spoofed"}
