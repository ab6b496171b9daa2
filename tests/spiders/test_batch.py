"""What one site makes of us costs that site its facts, and no other site anything."""

import asyncio
from contextlib import closing
from pathlib import Path

from pipeline.nouns import Observation, canonical_json
from pipeline.settings import Settings
from spiders.batch import Batch
from spiders.evidence_file import EvidenceFile
from spiders.names.facts import DnsFacts
from spiders.networks import Networks
from spiders.readers import Readers
from spiders.visit import MOBILE, Visit
from tests.spiders.conftest import NOW, host


async def _no_dns() -> DnsFacts:
    raise AttributeError("a record that is not what it says")


async def _half_a_pair() -> dict[str, object]:
    return {"registrar": "\ud800"}


async def test_how_a_visit_ended_is_told_whatever_its_facts_do(tmp_path: Path) -> None:
    visits = [
        Visit((f"http://{name}/",), (host(name),), MOBILE, n, state="timeout")
        for n, name in enumerate(("bad.example", "odd.example"))
    ]
    evidence = EvidenceFile(tmp_path, at=NOW)
    batch = Batch(visits, Settings(home=tmp_path), [], NOW, evidence)
    batch._facts["bad.example"] = asyncio.create_task(_no_dns())
    batch._registered["odd.example"] = asyncio.create_task(_half_a_pair())
    found: list[Observation] = []
    with closing(Networks(())) as batch._networks:
        async with Readers(0) as batch._readers:
            for visit in visits:
                found += await batch._conclude(visit)
    told = {(str(one.indicator), one.prop): one.value for one in found}
    assert told["host:bad.example", "http.state"] == "timeout"
    assert told["host:odd.example", "http.state"] == "timeout"
    assert told["host:odd.example", "registration"] == {"registrar": "?"}
    assert canonical_json(list(told.values()))
    assert len(evidence.close().visits) == 2
