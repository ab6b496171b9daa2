"""The zip for a case file: readable by people, checked by hashes, replayable by WARC tools."""

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from examples.range import Running
from pipeline.artifacts import ArtifactStore
from pipeline.settings import Settings
from spiders.case_file import write_case_file
from spiders.crawl import crawl_batch
from tests.conftest import require_program
from tests.spiders.conftest import NOW, host

SITE = host("two-faced.example")


def test_a_case_file_has_everything_and_its_hashes(internet: Running, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, crawl=internet.crawl())
    store = ArtifactStore(settings.artifacts_url)
    seen = crawl_batch([SITE, host("plain.example")], settings=settings, artifacts=store, now=NOW)
    mine = [one for one in seen if one.indicator == SITE]
    for name in ("a.zip", "b.zip"):
        assert write_case_file(tmp_path / name, SITE, store=store, observations=mine, at=NOW) == 1
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
    write_case_file(tmp_path / "a.zip", shell, store=store, observations=seen, at=NOW)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (picture,) = (name for name in archive.namelist() if name.startswith("screenshots/"))
        assert archive.read(picture).startswith(b"\x89PNG")
