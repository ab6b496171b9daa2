"""Evidence files without a crawl: some visits, each with a body, in a real WARC file."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pipeline.artifacts import ArtifactStore, Kept
from pipeline.nouns import Indicator
from pipeline.store import Store
from pipeline.store.evidence_files import record_kept
from spiders.evidence_file import EvidenceFile, warc_date
from spiders.warc import resource_member


def stock(
    artifacts: ArtifactStore,
    bodies: Mapping[Indicator, bytes],
    at: datetime,
    *,
    records: Store | None = None,
) -> Kept:
    """Keep one file with a visit to each indicator; written down where `records` are given."""
    with tempfile.TemporaryDirectory() as folder:
        file = EvidenceFile(Path(folder), at=at)
        for indicator, body in bodies.items():
            member = resource_member("http://made.example/", body, "text/html", warc_date(at))
            file.end_visit([str(indicator)], file.add([member]))
        kept = artifacts.put_bundle(file.close())
    if records is not None:
        with records.write() as tx:
            record_kept(tx, [kept], at=at)
    return kept
