"""Practice range: where a running range is found, and the settings with which to crawl it."""

import json
import ssl
from dataclasses import asdict, dataclass

from pipeline.settings import CrawlSettings, IntakeSettings, ProtectedSettings

LOOPBACK = ("127.0.0.0/8",)
SOURCES = ("reports", "practice")
"""Names under which the sample reports are taken in: that of `fanzha run`, and that of the demo."""


@dataclass(frozen=True, slots=True)
class Running:
    """The ports of a range that is being served."""

    resolver: str
    """Its name server, as ADDRESS:PORT; it stands in for the machine's resolver."""
    http_port: int
    https_port: int
    rdap: str
    """Base URL of its registry; `dns.json` below it is a bootstrap file."""
    authority: str
    """Path of the certificate, in PEM, of the authority that signed its hosts' certificates."""
    shared_platforms: tuple[str, ...] = ()
    """Hosts under which strangers have their own pages; never listed themselves."""
    path_platforms: tuple[str, ...] = ()
    """Those of them whose tenants have paths instead of names of their own."""
    networks: tuple[str, ...] = LOOPBACK
    """What a crawl may visit beside the public internet."""

    def url(self, url: str) -> str:
        """The URL with this range's port in it, for a client that has no mapping of ports."""
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        port = self.https_port if scheme == "https" else self.http_port
        return f"{scheme}://{host}:{port}{slash}{path}"

    def trust(self) -> ssl.SSLContext:
        """A client's context that trusts this range's authority, and no other."""
        return ssl.create_default_context(cafile=self.authority)

    def crawl(self, **others: object) -> CrawlSettings:
        """Crawl settings that lead to this range, and nowhere else; `others` are added."""
        return CrawlSettings.model_validate(
            {
                "resolver": self.resolver,
                "http_port": self.http_port,
                "https_port": self.https_port,
                "allow_networks": self.networks,
                "rdap_bootstrap": f"{self.rdap}dns.json",
                "rdap_per_second": 100,
                "render_as_root": True,  # its pages are our own
                **others,
            }
        )

    def protected(self, **others: object) -> ProtectedSettings:
        """Settings by which this range's platforms are never listed themselves."""
        return ProtectedSettings.model_validate(
            {
                "platforms": [n for n in self.shared_platforms if n not in self.path_platforms],
                "path_platforms": self.path_platforms,
                **others,
            }
        )

    def environment(self) -> dict[str, str]:
        """The same as environment variables, for `fanzha` in another terminal."""
        return {
            "FANZHA_CRAWL__RESOLVER": self.resolver,
            "FANZHA_CRAWL__HTTP_PORT": str(self.http_port),
            "FANZHA_CRAWL__HTTPS_PORT": str(self.https_port),
            "FANZHA_CRAWL__ALLOW_NETWORKS": json.dumps(self.networks),
            "FANZHA_CRAWL__RDAP_BOOTSTRAP": f"{self.rdap}dns.json",
            "FANZHA_CRAWL__RDAP_PER_SECOND": "100",
            "FANZHA_CRAWL__RENDER_AS_ROOT": "true",
            "FANZHA_PROTECTED__PLATFORMS": json.dumps(self.protected().platforms),
            "FANZHA_PROTECTED__PATH_PLATFORMS": json.dumps(self.path_platforms),
            "FANZHA_INTAKE__VERIFIED_SOURCES": json.dumps(SOURCES),
        }

    def intake(self) -> IntakeSettings:
        """Settings by which the range's reporters are who they say they are."""
        return IntakeSettings(verified_sources=SOURCES)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Running":
        read = json.loads(text)
        for name in ("shared_platforms", "path_platforms", "networks"):
            read[name] = tuple(read[name])
        return cls(**read)
