"""Practice range: a throw-away certificate authority, and a certificate for each host that asks.

Keys live in memory and in a temporary folder for as long as the range runs.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KINDS: dict[str, tuple[int, int]] = {
    "valid": (-40, 50),
    "fresh": (-1, 89),
    "long": (-200, 190),
    "expired": (-120, -30),
    "self-signed": (-3, 3650),
    "wrong-name": (-40, 50),
    "unreadable": (-40, 50),
}
"""Kind of certificate → first and last day of validity, counted from now."""


def _name(common: str, organisation: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common[:64])]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a host's certificate is to be like."""

    kind: str = "valid"
    names: tuple[str, ...] = ()
    """Further names in it, beside the host's own."""
    organisation: str | None = None


@dataclass(slots=True)
class Authority:
    """Signs certificates for a range; `folder` is temporary and the caller's to remove."""

    folder: Path
    now: datetime
    wanted: dict[str, Wanted] = field(default_factory=dict)
    """Host → what its certificate is like; others get a plain valid one."""
    _contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)
    _key: ec.EllipticCurvePrivateKey = field(init=False)
    _leaf: ec.EllipticCurvePrivateKey = field(init=False)
    _own: x509.Name = field(init=False)

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf = ec.generate_private_key(ec.SECP256R1())
        self._own = _name("Practice Range CA", "Fanzha practice range")
        days = (self.now - timedelta(days=400), self.now + timedelta(days=400))
        builder = self._builder(self._own, days, self._key.public_key()).issuer_name(self._own)
        root = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        signed = root.sign(self._key, hashes.SHA256())
        self.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    @property
    def certificate(self) -> Path:
        """The authority's own certificate, in PEM, for those who wish to trust it."""
        return self.folder / "ca.pem"

    def entrance(self, *, refuse: frozenset[str] = frozenset()) -> ssl.SSLContext:
        """The context to listen with: it turns to each host's own by the name the client asks for.

        With the hosts of `refuse` it shakes no hands, as with a server that has no TLS.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._load("localhost", context)

        def choose(connection: ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> int | None:
            if host in refuse:
                return int(ssl.AlertDescription.ALERT_DESCRIPTION_HANDSHAKE_FAILURE)
            connection.context = self.context(host or "localhost")
            return None

        context.sni_callback = choose
        return context

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS context of one host, made at the first visit."""
        host = host.lower()
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._load(host, context)
            self._contexts[host] = context
        return self._contexts[host]

    def _builder(
        self, subject: x509.Name, days: tuple[datetime, datetime], key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(days[0])
            .not_valid_after(days[1])
        )

    def _load(self, host: str, context: ssl.SSLContext) -> None:
        above = self.wanted.get(f"*.{host.partition('.')[2]}", Wanted())
        wanted = self.wanted.get(host, above)
        first, last = KINDS[wanted.kind]
        own = "mismatch.invalid" if wanted.kind == "wrong-name" else host
        subject = _name(own, wanted.organisation)
        days = (self.now + timedelta(days=first), self.now + timedelta(days=last))
        names: x509.ExtensionType = x509.SubjectAlternativeName(
            [_general(name) for name in (own, *wanted.names)]
        )
        if wanted.kind == "unreadable":
            # An X.400 address without content: TLS does not mind, readers of names do.
            names = x509.UnrecognizedExtension(names.oid, bytes.fromhex("3002a300"))
        builder = self._builder(subject, days, self._leaf.public_key()).add_extension(
            names, critical=False
        )
        alone = wanted.kind == "self-signed"
        signed = builder.issuer_name(subject if alone else self._own).sign(
            self._leaf if alone else self._key, hashes.SHA256()
        )
        path = self.folder / "leaf.pem"
        key = self._leaf.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(key + signed.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(path)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
