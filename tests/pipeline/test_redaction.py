"""Names and passwords in addresses are left out, and nothing else is."""

import pytest

from pipeline.redaction import without_credentials


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see http://li:secret@a.example/x?y=1", "see http://a.example/x?y=1"),
        ("HTTPS://li@a.example", "HTTPS://a.example"),
        ("//li:se@cret@a.example/", "//a.example/"),
        ("https:/li:secret@a.example/", "https:/a.example/"),
        (r"https:\\li:secret@a.example/", r"https:\\a.example/"),
        ("0; url=http://li:secret@a.example/", "0; url=http://a.example/"),
        ("write to mailto:li@a.example or li@a.example", None),
        ("https://a.example/@li and https://a.example/?to=li@a.example", None),
    ],
)
def test_only_what_stands_before_a_host_goes(text: str, left: str | None) -> None:
    assert without_credentials(text) == (text if left is None else left)
