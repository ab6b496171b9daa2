"""The store → releases: one serial after the other, held, refused, killed and taken up again."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from blocklists.ceilings import HeldError
from blocklists.why import explain
from flows.commands import release as commands
from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.indicators import parse
from pipeline.nouns import Action, Indicator, Label, Reason, Verdict
from pipeline.signatures import Signer
from pipeline.store import releases
from pipeline.store.approvals import add_approval, hold_of
from pipeline.store.decisions import last_seq
from pipeline.store.live import live_at, live_rows
from pipeline.store.problems import open_problems
from pipeline.store.verdicts import add_verdicts
from tests.blocklists.decided import NOW, allow, block
from tests.blocklists.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, max_added=5, max_removed=3, base_hours=48)
    yield made
    made.store.close()


def test_each_change_makes_one_release(office: Office) -> None:
    office.decide(block("domain:evil.example"))
    first = office.publish()
    same = office.publish(NOW + timedelta(minutes=5))
    office.decide(block("number:+8613800000001"))
    second = office.publish(NOW + timedelta(minutes=10))

    assert (first.release.serial, first.is_new) == (1, True)
    assert (same.release.serial, same.is_new) == (1, False)
    assert second.release.serial == 2
    assert second.release.previous == first.release.manifest_sha256
    assert office.read("domains.txt") == "evil.example\n"


def test_an_unblocked_name_passes_in_hot_and_stays_as_a_tombstone(office: Office) -> None:
    office.decide(block("domain:cleaned.example"), block("host:evil.example"))
    office.publish()
    office.lift("domain:cleaned.example")
    office.publish(NOW + timedelta(minutes=1))

    assert "cleaned.example CNAME rpz-passthru." in office.read("hot.zone")
    assert "cleaned.example" not in office.read("domains.txt")
    assert "-cleaned.example\n" in office.read("domains.txt.delta")
    (row,) = [line for line in office.read("list.csv").splitlines() if "cleaned" in line]
    assert row == ('domain,"cleaned.example",fake-loan,2026-11-21T11:00:00Z,2026-11-21T12:00:00Z,')


def test_what_an_allow_above_it_takes_away_leaves_a_tombstone_that_stays(office: Office) -> None:
    office.decide(block("domain:a.shop.example"), block("host:evil.example"))
    office.publish()
    office.lift("domain:shop.example", Action.ALLOW)
    for minutes in (1, 2, 3):
        office.decide(block(f"host:more{minutes}.example"))
        office.publish(NOW + timedelta(minutes=minutes))
        row = 'domain,"a.shop.example",fake-loan,2026-11-21T11:00:00Z,2026-11-21T12:01:00Z,'
        assert row in office.read("list.csv").splitlines()
        (revoked,) = [line for line in office.read("stix.json").splitlines() if "a.shop" in line]
        assert '"revoked":true' in revoked
        assert '"value":"a.shop.example"' in office.read("removed.jsonl")
    office.lift("domain:shop.example")
    path = office.settings.releases_dir / "latest" / "removed.jsonl"
    path.write_bytes(path.read_bytes()[:-9])  # damaged: no release waits for it
    office.publish(NOW + timedelta(minutes=4))
    assert "a.shop.example" not in office.read("removed.jsonl")
    assert "a.shop.example" in office.listed()


def test_a_name_too_long_for_a_zone_is_a_problem_and_its_apex_stands_where_it_can(
    office: Office,
) -> None:
    label = "l" * 50
    apex = f"{'a' * 9}.{label}.{label}.{label}.{label}.example"
    longer = "b" + apex[2:]
    host = "c" * 3 + apex
    assert (len(apex), len(longer), len(host)) == (221, 220, 224)
    office.decide(block(f"domain:{apex}"), block(f"domain:{longer}"), block(f"host:{host}"))
    for _ in range(2):  # and no change that comes again and again in HOT
        office.publish()
        zone = office.read("rpz.zone")
        assert f"\n{apex} CNAME .\n" in zone
        assert f"*.{apex}" not in zone
        assert host not in zone
        assert "aaaa" not in office.read("hot.zone")
        office.decide(block("host:other.example"))
    with office.store.read() as tx:
        subjects = {p.subject for p in open_problems(tx) if p.rule == "too-long-for-zones"}
    assert subjects == {f"domain:{apex}", f"domain:{longer}", f"host:{host}"}


def test_an_expired_block_leaves_by_itself(office: Office) -> None:
    office.decide(block("host:short.example", days=1), block("host:evil.example"))
    office.publish()
    office.publish(NOW + timedelta(days=1, seconds=1))
    assert office.read("hosts.txt").splitlines()[1:] == ["0.0.0.0 evil.example"]
    assert "short.example CNAME rpz-passthru." in office.read("hot.zone")


def test_a_refused_decision_is_a_problem_until_it_is_lifted(office: Office) -> None:
    office.decide(block("domain:gov.cn"), block("domain:evil.example"))
    assert office.publish().refused == 1
    with office.store.read() as tx:
        (problem,) = open_problems(tx)
    assert (problem.subject, problem.rule) == ("domain:gov.cn", "public-suffix")

    office.lift("domain:gov.cn")
    office.publish(NOW + timedelta(minutes=1))
    with office.store.read() as tx:
        assert open_problems(tx) == []


def test_too_many_new_blocks_wait_for_a_person(office: Office) -> None:
    office.decide(block("domain:evil.example"))
    office.publish()
    office.decide(*(block(f"domain:n{n}.example") for n in range(6)))
    later = NOW + timedelta(minutes=1)
    with pytest.raises(HeldError, match=r"6 blocks are new, over release.max_added of 5"):
        office.publish(later)
    with office.store.read() as tx:
        assert [p.rule for p in open_problems(tx)] == ["held"]
        assert releases.pending(tx) is None
        cut = last_seq(tx)
    assert office.read("domains.txt") == "evil.example\n"

    with office.store.write() as tx:
        hold = hold_of(tx, 1)
        assert hold is not None
        assert hold.cut == cut
        add_approval(tx, hold, actor="analyst:lin", reason="an operation", at=later)
    assert office.publish(later + timedelta(minutes=1)).release.serial == 2
    assert office.read("domains.txt").count("\n") == 7
    with office.store.read() as tx:
        assert open_problems(tx) == []


def test_what_expires_together_may_go_together(office: Office) -> None:
    office.decide(*(block(f"domain:n{n}.example", days=1) for n in range(5)))
    office.publish()
    office.publish(NOW + timedelta(days=2))
    assert office.read("domains.txt") == ""


def test_canaries_and_names_that_must_never_be_blocked(tmp_path: Path) -> None:
    office = Office(tmp_path, canaries=["domain:canary.example"], never=["www.our-town.example"])
    office.decide(block("domain:evil.example"))
    with pytest.raises(FanzhaError, match=r"canary.example should be listed"):
        office.publish()
    office.decide(block("domain:canary.example"))
    office.publish()
    office.decide(block("domain:our-town.example"))
    with pytest.raises(FanzhaError, match=r"www.our-town.example would be blocked"):
        office.publish(NOW + timedelta(minutes=1))
    assert office.read("domains.txt") == "canary.example\nevil.example\n"
    office.store.close()


def test_settings_name_sites_as_people_write_them(tmp_path: Path) -> None:
    office = Office(tmp_path, canaries=("domain:Canary.Example.",), never=("银行.example",))
    office.decide(block("domain:canary.example"))
    office.publish()
    office.decide(block("domain:xn--jn2a72x.example"))
    with pytest.raises(FanzhaError, match=r"would be blocked, which release.never forbids"):
        office.publish(NOW + timedelta(minutes=1))

    office = Office(tmp_path / "other", never=("no such name",))
    with pytest.raises(FanzhaError, match=r"release.never should name sites or numbers"):
        office.publish()


def test_the_end_of_an_allow_that_spared_many_is_held(office: Office) -> None:
    office.decide(allow("domain:shop.example"))
    office.decide(*(block(f"host:n{n}.shop.example") for n in range(9)))
    office.decide(block("domain:evil.example"))
    office.publish()
    office.lift("domain:shop.example")
    with pytest.raises(HeldError, match="9 entries would come, and new blocks are 0 of them"):
        office.publish(NOW + timedelta(minutes=1))
    assert office.listed() == {"evil.example"}


def test_a_clock_that_was_once_far_ahead_is_no_measure(office: Office) -> None:
    office.decide(block("domain:evil.example"))
    office.publish(NOW + timedelta(days=3650))
    assert office.listed() == set()
    mended = office.publish(NOW + timedelta(minutes=1)).release
    assert mended.at == NOW + timedelta(minutes=1)
    assert office.listed() == {"evil.example"}


def test_a_release_begun_under_other_settings_does_not_stop_all_later_ones(
    office: Office, tmp_path: Path
) -> None:
    office.decide(block("domain:evil.example"))
    office.publish()
    office.decide(block("domain:second.example"))
    with office.store.write() as tx:
        releases.reserve(tx, at=NOW + timedelta(minutes=1), cut=2)
    strict = Office(tmp_path, canaries=("domain:canary.example",))
    with pytest.raises(FanzhaError, match=r"canary.example should be listed"):
        strict.publish(NOW + timedelta(minutes=2))
    strict.decide(block("domain:canary.example"))
    assert strict.publish(NOW + timedelta(minutes=3)).release.serial == 2
    assert strict.listed() == {"evil.example", "second.example", "canary.example"}
    strict.store.close()


def test_no_second_key_is_made_where_carriers_trust_the_first(office: Office) -> None:
    office.decide(block("domain:evil.example"))
    office.publish()
    office.settings.release_key.rename(tmp := office.home / "elsewhere")
    office.decide(block("domain:second.example"))
    with pytest.raises(FanzhaError, match=r"release.key is gone, and carriers trust no other"):
        office.publish(NOW + timedelta(minutes=1))
    tmp.rename(office.settings.release_key)
    assert office.publish(NOW + timedelta(minutes=1)).release.serial == 2


def test_killed_at_any_moment_it_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    def folder_of(name: str, kills: list[str]) -> dict[str, bytes]:
        office = Office(tmp_path / name)
        key = office.settings.release_key
        key.parent.mkdir(parents=True)
        key.write_bytes(b"k" * 32)
        key.chmod(0o600)
        office.decide(block("domain:evil.example"))
        office.publish()
        office.decide(block("host:more.example"))
        office.store.close()
        for n, place in enumerate(kills):
            script = (
                "import os, signal, sys\n"
                "from pathlib import Path\n"
                "from datetime import datetime\n"
                "from blocklists import files, publish, release\n"
                "from pipeline.settings import Settings\n"
                "from pipeline.store import open_store, releases\n"
                f"module, name = {place!r}.split(':')\n"
                "def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
                "setattr({'files': files, 'releases': releases}[module], name, die)\n"
                f"settings = Settings(home=Path({str(tmp_path / name)!r}))\n"
                "publish.publish(open_store(settings.database_url), settings=settings,\n"
                f"    now=datetime.fromisoformat({(NOW + timedelta(minutes=1 + n)).isoformat()!r}))\n"
            )
            done = subprocess.run([sys.executable, "-c", script], check=False, env=os.environ)
            assert done.returncode == -9
            latest = (tmp_path / name / "releases/latest").readlink()
            assert latest == Path("2" if place.startswith("releases") else "1")
        office = Office(tmp_path / name)
        assert office.publish(NOW + timedelta(minutes=1)).release.serial == 2
        office.store.close()
        latest = office.settings.releases_dir / "latest"
        return {
            str(p.relative_to(latest)): p.read_bytes() for p in latest.rglob("*") if p.is_file()
        }

    whole = folder_of("whole", [])
    places = ["files:settle", "files:switch", "releases:finish"]
    assert folder_of("killed", places) == whole


def test_two_processes_that_publish_at_once_take_turns(office: Office) -> None:
    """The clock and the desk are two processes, and both publish."""
    program = (
        "import sys\n"
        "from datetime import timedelta\n"
        "from pathlib import Path\n"
        "from tests.blocklists.decided import NOW, block\n"
        "from tests.blocklists.office import Office\n"
        "office = Office(Path(sys.argv[1]), max_added=5000)\n"
        "for n in range(6):\n"
        "    office.decide(*(block(f'domain:{sys.argv[2]}{n}-{i}.example') for i in range(300)))\n"
        "    office.publish(NOW + timedelta(seconds=n))\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, office.home, name], stderr=subprocess.PIPE, text=True
        )
        for name in ("clock", "desk")
    ]
    for process in both:
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0, told
    walked = office.walk()
    assert [c.serial for c in walked] == list(range(1, len(walked) + 1))
    assert len(office.read("domains.txt").splitlines()) == 2 * 6 * 300
    assert [p.name for p in office.settings.releases_dir.glob(".*.draft")] == []


def test_the_chain_is_walked_and_a_changed_file_found(office: Office) -> None:
    for n in range(3):
        office.decide(block(f"domain:n{n}.example"))
        office.publish(NOW + timedelta(minutes=n))
    folder = office.settings.releases_dir
    assert [c.serial for c in office.walk()] == [1, 2, 3]

    index = folder / "2" / "index.json"
    raw = index.read_bytes()
    index.write_bytes(raw.replace(b'"cut":2', b'"cut":9'))
    with pytest.raises(FanzhaError, match="signature: it does not match"):
        office.walk()
    index.write_bytes(raw)
    for name in ("domains.txt", "domains.txt.zst", "domains.txt.delta.gz"):
        path = folder / "3" / name
        content = path.read_bytes()
        path.write_bytes(b"good.example\n")
        with pytest.raises(FanzhaError, match=rf"{name} has sha256"):
            office.walk()
        path.unlink()
        with pytest.raises(
            FanzhaError, match=rf"release 3: {name} is missing, and retention keeps"
        ):
            office.walk()
        path.write_bytes(content)
    with pytest.raises(FanzhaError, match="signature: it is by key"):
        office.walk(public=Signer.from_file(office.home / "other.key").public)


def test_the_chain_goes_on_under_a_new_key(office: Office) -> None:
    office.decide(block("domain:first.example"))
    office.publish()
    former = Signer.from_file(office.settings.release_key).public
    office.settings.release_key.unlink()
    Signer.from_file(office.settings.release_key)
    office.decide(block("domain:second.example"))
    office.publish(NOW + timedelta(minutes=1))
    with pytest.raises(FanzhaError, match="signature: it is by key"):
        office.walk()
    changed = Office(office.home, former_keys=(former,))
    assert [c.serial for c in changed.walk()] == [1, 2]
    changed.store.close()


def test_old_releases_keep_their_index_and_deltas(tmp_path: Path) -> None:
    office = Office(tmp_path, keep=4, keep_full=2)
    for n in range(6):
        office.decide(block(f"domain:n{n}.example"))
        office.publish(NOW + timedelta(minutes=n))
    folder = office.settings.releases_dir
    link = ["index.json", "index.json.minisig", "minisign.pub"]
    assert [sorted(p.name for p in (folder / n).iterdir()) for n in ("1", "2")] == [link, link]
    assert not (folder / "4" / "domains.txt").exists()
    assert not (folder / "4" / "domains.txt.zst").exists()
    assert (folder / "4" / "domains.txt.delta").exists()
    # The chain goes on to the first release, and only what retention takes may be missing.
    checked = office.walk()
    assert [(c.serial, c.thinned > 0) for c in checked] == [
        (1, True), (2, True), (3, True), (4, True), (5, False), (6, False),
    ]  # fmt: skip
    (folder / "4" / "domains.txt.delta").unlink()
    with pytest.raises(FanzhaError, match=r"release 4: domains.txt.delta is missing"):
        office.walk()
    shutil.rmtree(folder / "1")
    with pytest.raises(FanzhaError, match=r"release 2: .* begins elsewhere"):
        office.walk()
    assert [c.serial for c in office.walk(since=5)] == [5, 6]
    office.store.close()


def test_plain_rows_say_what_decisions_say(office: Office) -> None:
    office.decide(block("domain:evil.example"), allow("host:good.example"))
    office.lift("host:good.example", Action.BLOCK)
    with office.store.read() as tx:
        cut = last_seq(tx)
        rows = [row for batch in live_rows(tx, cut=cut, at=NOW, size=1) for row in batch]
        decisions = list(live_at(tx, cut=cut, at=NOW))
    assert [(row[0], row[1], row[7]) for row in sorted(rows)] == [
        (str(d.indicator), d.action.value, d.id) for d in decisions
    ]
    first, last = (row[5] for row in sorted(rows))
    assert last == first  # both chains began an hour ago, however late the second's last word


def test_a_release_gives_the_reasons_of_the_verdicts_behind_it(tmp_path: Path) -> None:
    said = (
        Reason(
            "form-code", 2.5, "表单索取短信验证码", "a form asks for\x1b an SMS code", "输入验证码"
        ),
        Reason(
            "host.name", 0.5, "域名像诈骗站点", "its name is like those of fraud", "evil.example"
        ),
        Reason("number.answered", 3.0, "接通率为2%", "2% are answered", "answered=0.02"),
        Reason("age", -1.0, "注册已久", "it was registered long ago", "2009"),
    )
    verdict = Verdict(
        Indicator.from_key("host:evil.example"), Label.MALICIOUS, Category.FAKE_LOAN, 0.98,
        said[::-1], "e" * 64, "site-rules@1", NOW,
    )  # fmt: skip
    judged = replace(block("domain:evil.example"), verdict=verdict.id)
    files = []
    for name in ("one", "two"):
        office = Office(tmp_path / name, small=0)
        with office.store.write() as tx:
            add_verdicts(tx, [verdict])
        office.decide(judged, block("host:more.example"))
        office.publish()
        # The next writes no full files; the reasons stay.
        office.decide(block("host:last.example"))
        office.publish(NOW + timedelta(minutes=1))
        files.append(office.read("reasons.jsonl"))
        latest = office.settings.releases_dir / "latest"
        index = json.loads(office.read("index.json"))
        office.store.close()
    assert files[0] == files[1]
    assert "输入验证码" not in files[0]
    (item,) = [item for item in index["files"] if item["name"] == "reasons.jsonl"]
    assert item["entries"] == 1
    assert item["since"] == NOW.isoformat()
    assert (latest / "reasons.jsonl.zst").is_file()

    def ask(text: str) -> Any:
        return explain(latest, parse(text), serial=2, at=NOW)

    answer = ask("www.evil.example")
    assert answer.as_json()["entry"]["reasons"] == [
        {"id": "form-code", "zh": "表单索取短信验证码", "en": "a form asks for  an SMS code"},
        {"id": "host.name", "zh": "域名像诈骗站点", "en": "its name is like those of fraud"},
    ]
    assert "  reason     表单索取短信验证码 · a form asks for  an SMS code" in answer.as_text()
    assert ask("more.example").as_json()["entry"]["reasons"] == []


def test_the_command_line(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANZHA_HOME", str(office.home))
    monkeypatch.setenv("FANZHA_CLOCK", NOW.isoformat())
    office.decide(block("domain:evil.example"), block("domain:com"))

    def said(*words: str) -> str:
        done = CliRunner().invoke(commands.app, words, catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    assert "published release 1: 1 entries" in said("build")
    assert "nothing has changed since release 1" in said("build")
    assert "domain:com" in said("problems")
    assert "rpz.zone" in said("show")
    assert "verified releases 1 to 1: 1 signatures" in said("verify")
    assert said("key").startswith("RW")
    assert "kamailio" in said("formats")
    assert json.loads(office.read("index.json"))["serial"] == 1
    assert "1" in said("list")
