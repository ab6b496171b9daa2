"""One subject, one form: however a document is written, two carriers make one pseudonym of it."""

import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds.industry import pseudonym
from pipeline.feeds.subjects import canonical_subject

PERSON = "99999919000101004X"
COMPANY = "91999999MA0000001N"
KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (PERSON, PERSON),
        ("99999919000101004x", PERSON),
        (" 999999 1900 0101 004X\t", PERSON),
        ("999999-19000101-004x", PERSON),
        ("９９９９９９１９０００１０１００４ｘ", PERSON),
        ("999999190001010015", "999999190001010015"),
        (COMPANY, COMPANY),
        ("91999999 ma 0000001n", COMPANY),
    ],
)
def test_a_document_has_one_form(written: str, meant: str) -> None:
    assert canonical_subject(written) == meant
    assert pseudonym(KEY, "subject", written) == pseudonym(KEY, "subject", meant)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "99999919000101005X",  # the check character does not fit
        "999999190013010049",  # no such month
        "99999919000101004",
        "999999000101004",
        "99999919000101004XX",
        "91999999MA0000002N",
        "91999999MI0000001N",  # I is no sign of such a code
        "ID-000001",
        "٩٩٩٩٩٩19000101004X",
        "张三",
    ],
)
def test_what_is_no_document_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(FanzhaError) as told:
        canonical_subject(written)
    assert not written or written not in str(told.value)


def test_the_form_of_before_is_named() -> None:
    with pytest.raises(FanzhaError, match="give the 18 of the same person"):
        canonical_subject("999999000101004")
