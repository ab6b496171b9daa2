"""Facts of a server's certificate: who made it, for whom, and for how long (RFC 5280)."""

from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from pipeline.nouns import Json

_MOST_NAMES = 100


@lru_cache(maxsize=4096)
def _read(der: bytes) -> tuple[tuple[str, Json], ...] | None:
    try:
        certificate = x509.load_der_x509_certificate(der)
        return (
            ("issuer", certificate.issuer.rfc4514_string()[:300]),
            ("subject", certificate.subject.rfc4514_string()[:300]),
            ("not_before", certificate.not_valid_before_utc.isoformat()),
            ("not_after", certificate.not_valid_after_utc.isoformat()),
            ("sans", _names(certificate)),
            ("self_signed", certificate.issuer == certificate.subject),
            ("sha256", certificate.fingerprint(SHA256()).hex()),
        )
    except Exception:  # noqa: BLE001
        # A certificate that is no certificate is the site's doing; that there was TLS stays known.
        # What is raised of it has no common class: ValueError, InvalidVersion, and others.
        return None


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The names it is for; none where its extensions cannot be read, which hides nothing else of it."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return tuple(str(name.value)[:253] for name in list(extension.value)[:_MOST_NAMES])
    except Exception:  # noqa: BLE001  as above: UnsupportedGeneralNameType, DuplicateExtension, ...
        return ()


def certificate_facts(der: bytes | None) -> dict[str, Json] | None:
    """The `tls` observation of a certificate in DER; None for none, or for one that does not parse."""
    facts = _read(der) if der else None
    if facts is None:
        return None
    return {key: list(value) if isinstance(value, tuple) else value for key, value in facts}
