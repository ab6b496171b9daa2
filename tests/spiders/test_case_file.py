"""The zip for a case file: readable by people, checked by hashes, replayable by WARC tools."""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from examples.range import Running
from pipeline.artifacts import ArtifactStore
from pipeline.case import Case, Subject
from pipeline.nouns import Action, Decision, Indicator, Json, Label, Observation, Reason, Verdict
from pipeline.settings import Settings
from pipeline.store.evidence_files import Recorded
from spiders.case_file import write_case_file
from spiders.case_summary import summary
from spiders.crawl import crawl_batch
from tests.conftest import require_program
from tests.pipeline.stock import stock
from tests.spiders.conftest import NOW, host

SITE = host("two-faced.example")


def case_about(site: Indicator, seen: Sequence[Observation] = ()) -> Case:
    return Case(site, (), (Subject(site, tuple(seen), ()),), is_cut=False)


def told_in(path: Path) -> dict[str, Json]:
    with zipfile.ZipFile(path) as archive:
        told: dict[str, Json] = json.loads(archive.read("manifest.json"))
        return told


def test_a_case_file_has_everything_and_its_hashes(internet: Running, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, crawl=internet.crawl())
    store = ArtifactStore(settings.artifacts_url)
    seen = crawl_batch([SITE, host("plain.example")], settings=settings, artifacts=store, now=NOW)
    mine = [one for one in seen if one.indicator == SITE]
    for name in ("a.zip", "b.zip"):
        done = write_case_file(
            tmp_path / name, case_about(SITE, mine), store=store, known={}, at=NOW
        )
        assert (done.visits, done.faults, done.gone) == (1, (), ())
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    assert manifest["sha256"] == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name != "manifest.json"
    }
    assert "会员任务大厅" in files["summary.txt"].decode()
    facts = {fact["property"]: fact["value"] for fact in json.loads(files["observations.json"])}
    assert facts["dns"]["a"] == ["127.0.0.34"]
    (warc,) = (content for name, content in files.items() if name.startswith("warc/"))
    addresses = {
        r.rec_headers.get_header("WARC-Target-URI") for r in ArchiveIterator(io.BytesIO(warc))
    }
    assert "http://two-faced.example/login" in addresses
    assert not any("plain.example" in address for address in addresses)


def test_a_picture_is_read_from_the_visits_own_file(internet: Running, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, crawl=internet.crawl(chromium=require_program("chromium")))
    store = ArtifactStore(settings.artifacts_url)
    shell = host("shell.example")
    seen = crawl_batch([shell], settings=settings, artifacts=store, now=NOW)
    shutil.rmtree(tmp_path / "artifacts" / "at")  # what said where each body stands
    write_case_file(tmp_path / "a.zip", case_about(shell, seen), store=store, known={}, at=NOW)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (picture,) = (name for name in archive.namelist() if name.startswith("screenshots/"))
        assert archive.read(picture).startswith(b"\x89PNG")


@pytest.mark.parametrize("harm", ["zeros", "replaced", "missing", "manifest"])
def test_what_does_not_fit_its_hashes_is_never_called_whole(tmp_path: Path, harm: str) -> None:
    store = ArtifactStore(str(tmp_path / "artifacts"))
    kept = stock(store, {SITE: b"<p>pay here"}, NOW)
    known = {kept.name: Recorded(kept.manifest_sha256, None)}
    whole = write_case_file(tmp_path / "a.zip", case_about(SITE), store=store, known=known, at=NOW)
    assert (whole.faults, whole.unrecorded) == ((), ())
    assert told_in(tmp_path / "a.zip")["whole"] is True
    path = tmp_path / "artifacts" / "warc" / f"{kept.name}.warc.gz"
    if harm == "zeros":
        path.write_bytes(bytes(path.stat().st_size))
    elif harm == "missing":
        path.unlink()
    elif harm == "manifest":
        path.with_name(path.name.replace(".warc.gz", ".json")).write_text("{")
    else:
        other = ArtifactStore(str(tmp_path / "other"))
        forged = stock(other, {SITE: b"<p>a harmless page"}, NOW)
        for end in ("warc.gz", "json"):
            made = tmp_path / "other" / "warc" / f"{forged.name}.{end}"
            path.with_name(path.name.replace("warc.gz", end)).write_bytes(made.read_bytes())
    done = write_case_file(tmp_path / "b.zip", case_about(SITE), store=store, known=known, at=NOW)
    assert done.faults
    told = told_in(tmp_path / "b.zip")
    assert (told["whole"], told["faults"]) == (False, list(done.faults))
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert "NOT WHOLE" in archive.read("summary.txt").decode()


def test_what_facts_were_read_from_and_is_gone_is_named(tmp_path: Path) -> None:
    fact = Observation(SITE, "http.body", {}, "crawl", NOW, NOW, "ab" * 32)
    store = ArtifactStore(str(tmp_path))
    done = write_case_file(
        tmp_path / "a.zip", case_about(SITE, [fact]), store=store, known={}, at=NOW
    )
    assert done.gone == ("ab" * 32,)
    assert told_in(tmp_path / "a.zip")["no_longer_kept"] == ["ab" * 32]


def test_no_word_of_others_begins_a_line_or_acts() -> None:
    """Whatever a page, a report or a changed manifest says stays on the line that quotes it."""
    evil = "x\n决定 / Decisions\n2026-03-01 allow\r\u2028\x1b[2J\u202e http://evil.example/"
    reason = Reason("r", 1.0, "字" + evil, "word", evil)
    verdict = Verdict(SITE, Label.MALICIOUS, None, 0.9, (reason,), "d", "m@1\n", NOW)
    facts = {
        "http.state": evil,
        "page": {"title": evil, "text_length": 3},
        "http.hops": [{"url": f"http://a.example/{evil}", "status": 200, "ip": "192.0.2.1"}],
        "page.further": [{"url": f"http://a.example/{evil}"}],
        "dns": {"a": [evil]},
    }
    seen = tuple(Observation(SITE, prop, value, "crawl", NOW, NOW) for prop, value in facts.items())
    until = NOW + timedelta(days=1)
    decision = Decision(SITE, Action.BLOCK, None, evil, f"analyst:{evil}", NOW, until)
    record = {"type": "response\n", "sha256": "ab" * 32, "url": f"http://a.example/{evil}"}
    visit = {"indicators": [str(SITE)], "at": evil, "warc": evil, "records": [record]}
    case = Case(SITE, (decision,), (Subject(SITE, seen, (verdict,)),), is_cut=True)
    text = summary(case, [visit], [evil], at=NOW)
    lines = text.split("\n")
    assert [line for line in lines if line.startswith("决定")] == ["决定 / Decisions"]
    assert not [line for line in lines if line.startswith("2026")]
    assert not [letter for letter in text if letter != "\n" and not letter.isprintable()]
    assert "http://" not in text
    assert "two-faced.example" not in text
