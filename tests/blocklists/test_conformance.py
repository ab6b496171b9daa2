"""One list in every resolver: each answers as the definition says, name for name."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from blocklists.build import Lists
from blocklists.formats.rpz import LONGEST
from pipeline.nouns import Decision, Kind
from pipeline.settings import CarrierSettings
from tests.blocklists import resolvers
from tests.blocklists.decided import NOW, allow, block
from tests.blocklists.test_release import Publisher

SEED = 20261121
PAGE = "192.0.2.53"
DENIALS = frozenset({("NXDOMAIN", ""), ("NOERROR", "0.0.0.0")})


def random_name(chance: random.Random, depth: int) -> str:
    labels = [chance.choice(["a", "b", "c", "shop", "www", "x-1"]) for _ in range(depth)]
    return ".".join([*labels, chance.choice(["fraud", "evil", "pair"]), "example"])


def longest(below: str, length: int) -> str:
    """A name of exactly this many characters."""
    labels = []
    left = length - len(below) - 1
    while left > 60:
        labels.append("l" * 50)
        left -= 51
    return ".".join(["m" * left, *labels, below])


def first_decisions() -> list[Decision]:
    """A tangle below few names, so that all cases of nesting occur, and the odd ones by name."""
    chance = random.Random(SEED)
    domains = {random_name(chance, chance.randint(1, 4)) for _ in range(60)}
    hosts = {random_name(chance, chance.randint(0, 4)) for _ in range(60)} - domains
    spared = {random_name(chance, chance.randint(2, 5)) for _ in range(25)} - domains - hosts
    return [
        *(block(f"domain:{name}") for name in sorted(domains)),
        *(block(f"host:{name}") for name in sorted(hosts)),
        *(allow(f"host:{name}") for name in sorted(spared)),
        block("domain:deep.a.b.hole.example"),
        block("domain:hole.example"),
        block("domain:xn--fsq270a.example"),
        block("host:xn--55qx5d.xn--fiqs8s"),
        block(f"host:{longest('long.example', LONGEST)}"),
        block(f"domain:{longest('long.test-example.example', LONGEST - 2)}"),
        block("domain:_dmarc.under-score.example"),
        block("domain:sub.moved.example"),
        block("domain:gone.example"),
        block("host:gone-host.example"),
        block("domain:narrowed.example"),
        block("host:widened.example"),
        block("host:inner.swallowed.example"),
    ]


def later_decisions() -> list[Decision]:
    """The same after a day's work: names added, removed, widened, narrowed and moved."""
    chance = random.Random(SEED + 1)
    out = {"domain:gone.example", "host:gone-host.example", "domain:narrowed.example"}
    out |= {"host:widened.example", "domain:sub.moved.example", "domain:hole.example"}
    kept = [d for d in first_decisions() if str(d.indicator) not in out and chance.random() > 0.2]
    keys = {str(d.indicator) for d in kept}
    new = {f"domain:{random_name(chance, chance.randint(1, 5))}" for _ in range(30)}
    new |= {"host:narrowed.example", "domain:widened.example", "domain:moved.example"}
    new |= {"host:sub.gone.example", "domain:swallowed.example", "host:b.hole.example"}
    return [*kept, *(block(key) for key in sorted(new - keys))]


class Reference:
    """The definition of the lists, as a function."""

    def __init__(self, lists: Lists) -> None:
        rows = lists.names.select(["value", "kind"]).to_pydict()
        pairs = [(v.decode(), Kind(k)) for v, k in zip(rows["value"], rows["kind"], strict=True)]
        self.domains = {name for name, kind in pairs if kind is Kind.DOMAIN}
        self.hosts = {name for name, kind in pairs if kind is Kind.HOST}
        self.exceptions = set(lists.exceptions)

    def blocks(self, name: str) -> bool:
        labels = name.lower().split(".")
        upwards = [".".join(labels[n:]) for n in range(len(labels))]
        if any(part in self.exceptions for part in upwards):
            return False
        return upwards[0] in self.hosts or any(part in self.domains for part in upwards)

    def probes(self) -> list[str]:
        """Apex, subdomains, siblings and parents of all names, in lower and mixed case."""
        chance = random.Random(SEED + 2)
        names: set[str] = set()
        for name in self.domains | self.hosts | self.exceptions:
            head, _, rest = name.partition(".")
            names |= {name, f"sub.{name}", f"z.y.x.{name}", f"not{name}", rest, f"other.{rest}"}
            names |= {f"{name}.example.net", f"{head}x.{rest}"}
            names |= {".".join(name.split(".")[n:]) for n in range(name.count("."))}
        while len(names) < 2100:
            names.add(random_name(chance, chance.randint(0, 6)))
        sound = sorted(n for n in names if len(n) <= 253 and max(map(len, n.split("."))) <= 63)
        return [
            "".join(chance.choice([c, c.upper()]) for c in name) if n % 7 == 0 else name
            for n, name in enumerate(sound)
        ]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reference]:
    """A release whose HOT zone holds a day's changes, and the definition of what it lists."""
    warned = CarrierSettings(formats=("unbound", "dnsmasq"), answer="page", page=PAGE)
    publisher = Publisher(
        tmp_path_factory.mktemp("releases"), base_hours=48, carriers={"warned": warned}
    )
    publisher.publish(*first_decisions())
    at = NOW + timedelta(hours=24)
    publisher.publish(*later_decisions(), at=at)
    assert publisher.read("hot.zone").count(b"\n") > 60
    return publisher.folder / "2", Reference(publisher.built(*later_decisions(), at=at).lists)


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with resolvers.upstream(tmp_path_factory.mktemp("upstream")) as port:
        yield port


def check(port: int, reference: Reference, denials: frozenset[tuple[str, str]] = DENIALS) -> None:
    probes = reference.probes()
    assert len(probes) >= 2000
    wrong = []
    for name, answer in zip(probes, resolvers.ask(port, probes), strict=True):
        denied = answer in denials
        passed = answer == ("NOERROR", resolvers.UPSTREAM)
        if (denied, passed) != (reference.blocks(name), not reference.blocks(name)):
            wrong.append((name, answer))
    assert not wrong, f"{len(wrong)} of {len(probes)} answers, the first being {wrong[:5]}"


@pytest.mark.parametrize("program", resolvers.BY_ZONES)
@pytest.mark.parametrize("zones", [("rpz.zone",), resolvers.ZONES], ids=["one", "three"])
def test_policy_zones(
    program: str,
    zones: tuple[str, ...],
    published: tuple[Path, Reference],
    upstream: int,
    tmp_path: Path,
) -> None:
    folder, reference = published
    paths = [folder / zone for zone in zones]
    with resolvers.BY_ZONES[program](paths, upstream, tmp_path) as port:
        check(port, reference)


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reference]:
    """Two releases, of which the second has written BASE anew."""
    publisher = Publisher(tmp_path_factory.mktemp("renewed"), base_hours=24)
    publisher.publish(*first_decisions())
    at = NOW + timedelta(hours=24)
    publisher.publish(*later_decisions(), at=at)
    assert publisher.read("base.zone") != publisher.read("base.zone", 1)
    return publisher.folder, Reference(publisher.built(*later_decisions(), at=at).lists)


@pytest.mark.parametrize("program", resolvers.BY_ZONES)
@pytest.mark.parametrize("base", [1, 2], ids=["former", "new"])
def test_hot_answers_alike_before_the_former_base_and_the_new_one(
    program: str, base: int, renewed: tuple[Path, Reference], upstream: int, tmp_path: Path
) -> None:
    folder, reference = renewed
    zones = [folder / "2/passthru.zone", folder / "2/hot.zone", folder / f"{base}/base.zone"]
    with resolvers.BY_ZONES[program](zones, upstream, tmp_path) as port:
        check(port, reference)


def test_unbound_local_zones(
    published: tuple[Path, Reference], upstream: int, tmp_path: Path
) -> None:
    folder, reference = published
    with resolvers.unbound_local(folder / "unbound.conf", upstream, tmp_path) as port:
        check(port, reference)


def test_dnsmasq(published: tuple[Path, Reference], upstream: int, tmp_path: Path) -> None:
    folder, reference = published
    with resolvers.dnsmasq(folder / "dnsmasq.conf", upstream, tmp_path) as port:
        check(port, reference)


@pytest.mark.parametrize(
    ("program", "name"),
    [(resolvers.unbound_local, "unbound.conf"), (resolvers.dnsmasq, "dnsmasq.conf")],
    ids=["unbound", "dnsmasq"],
)
def test_a_warning_page_is_what_everything_listed_is_answered_with(
    program: Callable[[Path, int, Path], AbstractContextManager[int]],
    name: str,
    published: tuple[Path, Reference],
    upstream: int,
    tmp_path: Path,
) -> None:
    folder, reference = published
    with program(folder / "warned" / name, upstream, tmp_path) as port:
        check(port, reference, frozenset({("NOERROR", PAGE)}))
