"""The evidence file of a batch: standard WARC, found again by hash and by indicator."""

import hashlib
import io
import json
from pathlib import Path

import fsspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from examples.range import Running
from pipeline.artifacts import ArtifactStore, Place
from pipeline.errors import FanzhaError
from pipeline.settings import Settings
from tests.spiders.conftest import host, seen_by, url

SITE = host("two-faced.example")


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, internet: Running, tmp_path: Path) -> ArtifactStore:
    """A store after one crawl of three sites: a folder, and a store that is only known by URL."""
    place = {"folder": None, "memory": f"memory://{tmp_path.name}"}[request.param]
    settings = Settings(home=tmp_path, artifacts=place, crawl=internet.crawl())
    seen_by([SITE, url("http://plain.example/go"), host("no-such.example")], settings)
    return ArtifactStore(settings.artifacts_url)


def test_a_standard_reader_reads_all_that_was_fetched(store: ArtifactStore) -> None:
    (name,) = store.bundles()
    with fsspec.open(f"{store.url}/warc/{name}.warc.gz", "rb") as stream:
        whole = stream.read()
    with io.BytesIO(whole) as stream:
        records = [
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI"))
            for r in ArchiveIterator(stream)
        ]
    answers = [address for type_, address in records if type_ == "response"]
    assert answers.count("http://two-faced.example/") == 2  # as a phone and as a computer
    assert "https://chinese.example/" in answers
    assert [type_ for type_, _ in records].count("metadata") == 3
    manifest = store.manifest(name)
    assert manifest is not None
    assert manifest["sha256"] == hashlib.sha256(whole).hexdigest()


def test_a_visit_is_found_by_its_indicator_and_every_hash_holds(store: ArtifactStore) -> None:
    (visit,) = store.visits_to(SITE)
    bodies = [record for record in visit["records"] if record["sha256"]]
    assert len(bodies) >= 5
    for record in bodies:
        place = Place(visit["warc"], record["offset"], record["length"])
        one = next(ArchiveIterator(io.BytesIO(store.record(place))))
        assert hashlib.sha256(one.content_stream().read()).hexdigest() == record["sha256"]
        assert hashlib.sha256(store.get(record["sha256"])).hexdigest() == record["sha256"]


def test_the_facts_of_a_visit_stand_in_the_file_too(store: ArtifactStore) -> None:
    (visit,) = store.visits_to(host("no-such.example"))
    facts = json.loads(store.get(visit["records"][-1]["sha256"]))
    assert facts["http.state"] == "dns-nxdomain"
    assert facts["dns"]["status"] == "nxdomain"


def test_what_is_removed_is_gone_with_all_that_pointed_at_it(store: ArtifactStore) -> None:
    (name,) = store.bundles()
    (visit,) = store.visits_to(SITE)
    store.remove_bundle(name)
    assert store.bundles() == []
    assert store.visits_to(SITE) == []
    with pytest.raises(FanzhaError, match="retention"):
        store.get(visit["records"][0]["sha256"])
    files, root = fsspec.core.url_to_fs(store.url)
    assert files.find(root) == []


def test_a_body_that_an_older_visit_has_too_outlives_the_newer_file(
    internet: Running, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, crawl=internet.crawl())
    store = ArtifactStore(settings.artifacts_url)
    places = []
    for batch in ([SITE], [SITE, host("plain.example")]):
        seen_by(batch, settings)
        (name,) = set(store.bundles()) - set(places)
        places.append(name)
    old, new = places
    manifest = store.manifest(old)
    assert manifest is not None
    page = next(r for v in manifest["visits"] for r in v["records"] if r["type"] == "response")
    assert {place.warc for place in store.places_of(page["sha256"])} == {new, old}
    store.remove_bundle(new)
    assert store.bundles() == [old]
    assert hashlib.sha256(store.get(page["sha256"])).hexdigest() == page["sha256"]
    store.remove_bundle(old)
    with pytest.raises(FanzhaError, match="retention"):
        store.get(page["sha256"])
