"""A manifest says what is wrong with it, and where."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from examples.range import INTERNET, read_manifest, serve
from examples.range.folder import internet_of
from flows.commands.range import app
from pipeline.categories import Category
from pipeline.errors import FanzhaError

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOST = '[[host]]\nname = "a.example"\nexpect = "dead"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[host]\n", "not valid TOML"),
        ('about = "x"', "host: Field required"),
        ('[[host]]\nname = "a.example"', "host a.example → expect: Field required"),
        (HOST + "scop = 1", "host a.example → scop: Extra inputs are not permitted"),
        ('[[host]]\nname = "A B"\nexpect = "dead"', "host A B → name"),
        (
            '[[host]]\nname = "a.example"\nexpect = "shout"',
            "'block', 'review', 'dismiss' or 'dead'",
        ),
        ('[[host]]\nname = "a.example"\nexpect = "block"', "needs `scope` and `category`"),
        (HOST + 'scope = "a.example"', "a scope is KIND:VALUE"),
        (HOST + 'addresses = ["10.0.0.1"]', "10.0.0.1 is not a loopback address"),
        (HOST + 'addresses = ["here"]', "does not appear to be an IPv4 or IPv6 address"),
        (HOST + 'certificate = "golden"', "certificate is `none` or one of valid"),
        (HOST + 'dns_mood = "sad"', "dns_mood is one of servfail"),
        (HOST + 'site = { encoding = "utf-99" }', "Python knows no encoding 'utf-99'"),
        (HOST + 'path = { "/" = { delay = -1 } }', "greater than or equal to 0"),
        (HOST + 'pages = "nowhere"', "is no folder; make it"),
        (HOST + HOST, "host a.example is there twice"),
        ('[[host]]\nname = "a.com"\nexpect = "dead"', "under none of top"),
        (
            HOST + 'listens = false\n[[host]]\nname = "b.example"\nexpect = "dead"',
            "listens = false",
        ),
        (HOST + 'dns = ["@ MX ten mail"]', "expected lines of a zone file below a.example"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "range.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FanzhaError) as told:
        internet_of(tmp_path, now=NOW)
    assert complaint in str(told.value)


def test_a_folder_without_manifest_or_with_broken_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match="expected a range folder"):
        read_manifest(tmp_path)
    (tmp_path / "range.toml").write_text(HOST)
    page = tmp_path / "sites" / "a.example" / "index.html"
    page.parent.mkdir(parents=True)
    for text, complaint in [
        (b"{{brand}}", "has no such key in `fill`"),
        (b"{{include foot.html}}", "includes foot.html"),
        ("页面".encode("gb18030"), "is not UTF-8"),
    ]:
        page.write_bytes(text)
        with pytest.raises(FanzhaError, match=complaint):
            internet_of(tmp_path, now=NOW)
    with pytest.raises(FanzhaError, match=r"^\S+index.html is not UTF-8"), serve(tmp_path):
        pass  # the process says it in one line, too


def test_check_counts_and_list_tells(folder: Path) -> None:
    run = CliRunner().invoke(app, ["check", str(folder)])
    assert run.exit_code == 0
    assert "9 hosts; expected: 5 dead, 4 dismiss" in run.output
    run = CliRunner().invoke(app, ["list"])
    assert "| `https://renwu-rebate88.example/` | block |" in run.output


def test_the_range_of_the_project_holds_what_it_should() -> None:
    manifest = read_manifest(INTERNET)
    assert len(manifest.host) >= 36
    expected = manifest.expectations
    blocked = {one.category for one in expected if one.expect == "block"}
    assert blocked >= set(Category) - {Category.IMPERSONATING_ACQUAINTANCE, Category.OTHER}
    assert sum(one.expect == "dismiss" and not one.label for one in expected) >= 12
    families = [host.pages for host in manifest.host if host.pages]
    assert families.count("_family-fx") >= 4


def test_no_platform_and_no_hacked_site_is_expected_as_a_domain() -> None:
    manifest = read_manifest(INTERNET)
    domains = {
        one.scope for one in manifest.expectations if (one.scope or "").startswith("domain:")
    }
    assert not domains & {f"domain:{name}" for name in manifest.shared_platforms}
    assert {one.scope for one in manifest.expectations if one.label == "compromised"} == {
        "url:https://qinghe-tea.example/wp-content/uploads/2026/bet/",
        "url:https://lvzhou-kindergarten.example/",
    }
