"""Every format: its bytes against a golden file, and against the programs that read it.

After a wanted change: `FANZHA_GOLDEN=write python -m pytest tests/blocklists/test_formats.py`, then
read the difference before committing it.
"""

import json
import os
import sqlite3
import subprocess
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from blocklists.build import Lists, build
from blocklists.formats import CHANGES, FORMATS, ZONES, Answer, Changed, Head
from blocklists.formats.rpz import since
from blocklists.table import gather, rows_of
from pipeline import protected
from pipeline.categories import Category
from pipeline.settings import Settings
from tests.blocklists.decided import NOW, allow, block
from tests.conftest import require_program

GOLDEN = Path(__file__).parent / "golden"
GUARD = protected.load(Settings(home=Path("/nonexistent")))
ALL = FORMATS | ZONES | CHANGES
REASONS = '[{"en":"It asks for a code.","id":"form","zh":"表单索取“验证码”"}]'


def lists() -> Lists:
    """Every kind, an exception, a covered host, an IDN, a URL with all that formats reserve."""
    decisions = [
        block("domain:evil.example", category=Category.TASK_REBATE),
        block("host:www.evil.example"),
        allow("host:good.evil.example"),
        block("host:shop.fraud.example", days=None),
        block("domain:xn--fsq270a.example", category=Category.GAMBLING),
        block("host:45.33.32.156"),
        block("host:2600:3c01::f03c:91ff:fe18:bb2f"),
        block("url:https://shared.example/~x/a,b?q=it's\\\"&c=%E5%8F%8D"),
        block("number:+8613800000001", category=Category.IMPERSONATING_POLICE),
        block("number:95013812345"),
    ]
    return build(decisions, protected=GUARD, at=NOW).lists


def head(**other: object) -> Head:
    removed = gather(
        rows_of([block("domain:cleaned.example", days=-1), block("number:+8613800000009")])
    )
    base = build([block("domain:was.example")], protected=GUARD, at=NOW).lists
    said = {"never_calling": ("114",), "false_prefixes": ("+0086",), "ttl": 60}
    said |= {"reasons": lambda ids: [(one, REASONS) for one in ids]} | other
    fresh = [
        block("number:95013812345"),
        block("url:https://shared.example/~x/a,b?q=it's\\\"&c=%E5%8F%8D"),
    ]
    added = pa.array([bytes.fromhex(decision.id) for decision in fresh], pa.binary(32))
    changed = Changed(added, removed.blocks)
    return Head(
        7,
        NOW,
        hot=since(base, lists(), Head(7, NOW)),
        removed=removed.blocks,
        changed=changed,
        **said,
    )  # type: ignore[arg-type]


def written(name: str, folder: Path, **other: object) -> list[Path]:
    paths = []
    for file in ALL[name].files(lists(), head(**other)):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(file.pieces))
        paths.append(path)
    return paths


@pytest.mark.parametrize("name", ALL)
def test_golden(name: str, tmp_path: Path) -> None:
    target = GOLDEN if os.environ.get("FANZHA_GOLDEN") == "write" else tmp_path
    for path in written(name, target):
        golden = GOLDEN / path.relative_to(target)
        assert path.read_text("utf-8") == golden.read_text("utf-8"), golden.name


@pytest.mark.parametrize(
    ("answer", "page", "record"),
    [
        (Answer.NODATA, "", "shop.fraud.example CNAME *."),
        (Answer.PAGE, "warning.example", "shop.fraud.example CNAME warning.example."),
        (Answer.PAGE, "192.0.2.1", "shop.fraud.example A 192.0.2.1"),
        (Answer.PAGE, "2001:db8::1", "shop.fraud.example AAAA 2001:db8::1"),
    ],
)
def test_what_a_resolver_answers(answer: Answer, page: str, record: str, tmp_path: Path) -> None:
    (path,) = written("rpz", tmp_path, answer=answer, page=page)
    assert record in path.read_text().splitlines()


def test_named_checkzone_takes_every_zone(tmp_path: Path) -> None:
    check = require_program("named-checkzone")
    for name in ("rpz", *ZONES):
        (path,) = written(name, tmp_path)
        done = subprocess.run([check, "any.rpz", path], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        assert "loaded serial 7" in done.stdout
        assert "ignored" not in done.stdout


def test_stix_parses_with_the_library(tmp_path: Path) -> None:
    stix2 = pytest.importorskip("stix2")
    (path,) = written("stix", tmp_path)
    bundle = stix2.parse(path.read_text(), allow_custom=False)
    indicators = {o.pattern: o for o in bundle.objects if o.type == "indicator"}

    domain = indicators[
        "[domain-name:value = 'evil.example' OR (domain-name:value LIKE '%.evil.example'"
        " AND domain-name:value != 'good.evil.example'"
        " AND domain-name:value NOT LIKE '%.good.evil.example')]"
    ]
    assert domain.modified == NOW
    assert domain.labels == ["task-rebate"]
    assert domain.valid_until == NOW + timedelta(days=30)
    assert "[ipv4-addr:value = '45.33.32.156']" in indicators
    assert "[ipv6-addr:value = '2600:3c01::f03c:91ff:fe18:bb2f']" in indicators
    revoked = [pattern for pattern, o in indicators.items() if o.revoked]
    assert len(revoked) == 1
    assert "cleaned.example" in revoked[0]
    assert len({o.id for o in bundle.objects}) == len(bundle.objects) == 8


def test_misp_parses_with_the_library(tmp_path: Path) -> None:
    pymisp = pytest.importorskip("pymisp")
    paths = {path.name: path for path in written("misp", tmp_path)}
    manifest = json.loads(paths["manifest.json"].read_text())
    (uuid,) = manifest
    event = pymisp.MISPEvent()
    event.load_file(paths[f"{uuid}.json"])

    kept = {(a.type, a.value) for a in event.attributes if not a.deleted}
    assert {
        ("hostname", "evil.example"),
        ("domain", "xn--fsq270a.example"),
        ("hostname", "shop.fraud.example"),
        ("ip-dst", "45.33.32.156"),
        ("phone-number", "+8613800000001"),
    } <= kept
    assert {a.value for a in event.attributes if a.deleted} == {"cleaned.example", "+8613800000009"}
    lines = paths["hashes.csv"].read_text().splitlines()
    assert len(lines) == len(event.attributes)
    assert all(line.endswith(f",{uuid}") for line in lines)


def test_squid_parses_it(tmp_path: Path) -> None:
    squid = require_program("squid")
    (path,) = written("squid", tmp_path)
    conf = tmp_path / "squid.conf"
    conf.write_text(
        f'acl fanzha dstdomain "{path}"\nhttp_access deny fanzha\nhttp_access allow all\n'
        f"http_port 127.0.0.1:3128\ncache_log {tmp_path}/cache.log\npid_filename none\n"
    )
    done = subprocess.run(
        [squid, "-k", "parse", "-f", conf], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    assert "is a subdomain of" not in done.stderr


def test_kamailios_table_takes_it(tmp_path: Path) -> None:
    (path,) = written("kamailio", tmp_path)
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE TABLE globalblocklist (id INTEGER PRIMARY KEY NOT NULL, prefix VARCHAR(64) DEFAULT '' "
        "NOT NULL, allowlist SMALLINT DEFAULT 0 NOT NULL, description VARCHAR(255) DEFAULT NULL)"
    )
    database.execute("INSERT INTO globalblocklist VALUES (1, '861000', 1, 'our own')")
    for _ in range(2):  # loaded again, it replaces what was there, and nothing of the carrier's own
        database.executescript(path.read_text())
    rows = database.execute("SELECT prefix, allowlist FROM globalblocklist ORDER BY 1").fetchall()
    assert rows == [("861000", 1), ("8613800000001", 0), ("95013812345", 0)]


def test_json_lines_and_rule_sets_are_json(tmp_path: Path) -> None:
    (path,) = written("jsonl", tmp_path)
    values = [json.loads(line)["value"] for line in path.read_text().splitlines()]
    assert "https://shared.example/~x/a,b?q=it's\\\"&c=%E5%8F%8D" in values
    (path,) = written("sing-box", tmp_path)
    (rule,) = json.loads(path.read_text())["rules"]
    assert rule == {
        "domain_suffix": ["xn--fsq270a.example"],
        "domain": ["evil.example", "www.evil.example", "shop.fraud.example"],
    }
