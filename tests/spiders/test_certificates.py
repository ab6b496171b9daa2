"""Certificates that mean harm to whoever reads them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from examples.range.certificates import Authority
from spiders.certificates import certificate_facts


@pytest.fixture
def plain(tmp_path: Path) -> bytes:
    """A certificate as anybody has it, in DER."""
    authority = Authority(tmp_path, datetime(2026, 3, 1, tzinfo=UTC))
    found = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    return found.public_bytes(Encoding.DER)


def test_a_version_that_does_not_exist_is_no_certificate(plain: bytes) -> None:
    third, eighth = bytes.fromhex("a003020102"), bytes.fromhex("a003020107")
    assert certificate_facts(plain) is not None
    assert plain.count(third) == 1
    assert certificate_facts(plain.replace(third, eighth)) is None


def test_no_change_of_a_byte_raises(plain: bytes) -> None:
    for at in range(len(plain)):
        certificate_facts(plain[:at] + bytes([plain[at] ^ 0x15]) + plain[at + 1 :])
