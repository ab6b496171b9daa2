"""The form of a number as shown, by trunk."""

import pytest

from pipeline.feeds.forms import Form, read_number


@pytest.mark.parametrize(
    ("raw", "name", "form"),
    [
        ("13800138000", "+8613800138000", Form.MOBILE),
        ("+86 138-0013-8000", "+8613800138000", Form.MOBILE),
        ("008613800138000", "+8613800138000", Form.MOBILE),
        ("1795113800138000", "+8613800138000", Form.MOBILE),
        ("17012345678", "+8617012345678", Form.MVNO),
        ("14012345678", "+8614012345678", Form.DATA_CARD),
        ("010-62345678", "+861062345678", Form.LANDLINE),
        ("+8602862345678", "+862862345678", Form.LANDLINE),
        ("075562345678", "+8675562345678", Form.LANDLINE),
        ("95588", "95588", Form.SERVICE),
        ("4001234567", "+864001234567", Form.SERVICE),
        ("110", "110", Form.HOTLINE),
        ("96110", "96110", Form.SERVICE),
        ("1069012345678", "1069012345678", Form.SMS_PORT),
        ("106575551234567890", "106575551234567890", Form.SMS_PORT),
        ("01095588", "01095588", Form.LOOKALIKE),
        ("+86 95588", "abroad:95588", Form.LOOKALIKE),
        ("0086 110", "abroad:110", Form.LOOKALIKE),
        ("+12125550100", "+12125550100", Form.INTERNATIONAL),
        ("00442079460000", "+442079460000", Form.INTERNATIONAL),
        ("99", "99", Form.IMPOSSIBLE),
        ("", "", Form.IMPOSSIBLE),
    ],
)
def test_kinds_of_numbers(raw: str, name: str, form: Form) -> None:
    shown = read_number(raw)
    assert (shown.name, shown.form) == (name, form)


@pytest.mark.parametrize("raw", ["+8613800138000", "13800138000", "110", "95588", "01062345678"])
def test_a_spoofed_number_is_somebody_else_than_its_owner(raw: str) -> None:
    owner, spoofer = read_number(raw), read_number(raw, "international")
    assert spoofer.form is Form.SPOOFED
    assert spoofer.name == f"abroad:{owner.name}"
