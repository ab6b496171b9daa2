"""A case as a zip: records, pictures, facts, summary and hashes, each record compared with its own."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipeline.artifacts import ArtifactStore, Place
from pipeline.case import Case
from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator, Json, Observation
from pipeline.soundness import file_faults, record_faults
from pipeline.store.evidence_files import Recorded
from pipeline.warc import read_payload
from spiders.case_summary import summary

_README = """\
本压缩包是关于一个网址或号码的证据，包括名单条目所依据的、以及该名称之下所见的一切。
summary.txt        摘要
observations.json  观察到的事实（含 DNS），每项附首次与最近一次看到的时间
decisions.json     决定与研判
warc/              抓取的请求与响应（WARC 1.1，ISO 28500）
screenshots/       页面截图
manifest.json      每个文件的 SHA-256；whole 为 false 时，faults 说明何处与当时记录的哈希不符；
                   no_longer_kept 为已按保存期限删除者

This archive holds the evidence about one address or number: what its entry on a list rests on, and all
that was seen below the name.
summary.txt: summary. observations.json: facts seen, DNS among them, each with first and last time.
decisions.json: decisions and verdicts. warc/: requests and answers (WARC 1.1, ISO 28500).
screenshots/: pictures of the page. manifest.json: SHA-256 of every file; where `whole` is false,
`faults` says what does not fit the hashes that were written down when it was seen;
`no_longer_kept` names what facts were read from and retention has removed since.
The files under warc/ are fraudsters' pages: open them with a WARC tool, never in a browser.
"""


@dataclass(frozen=True, slots=True)
class Bundled:
    """The visits of a case that stand in one evidence file, and what is wrong with it."""

    name: str
    visits: tuple[dict[str, Json], ...]
    faults: tuple[str, ...]
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What was put into a zip."""

    visits: int
    faults: tuple[str, ...]
    """What does not fit its hashes: then the file is not whole, and says so."""
    unrecorded: tuple[str, ...]
    """Evidence files of which the database knows nothing."""
    gone: tuple[str, ...]
    """Sha256 of what facts were read from, where no visit with it is kept any more."""


def kept_visits(store: ArtifactStore, indicators: Iterable[Indicator]) -> list[dict[str, Json]]:
    """The visits to any of the indicators that are kept, oldest first, each with its `warc`."""
    wanted = list(indicators)
    return [
        {"warc": name, **visit}
        for name in _files_of(store, wanted)
        for visit in _visits(store, name, wanted)
    ]


def bundled(
    store: ArtifactStore, indicators: Iterable[Indicator], known: Mapping[str, Recorded]
) -> list[Bundled]:
    """The same by evidence file, each compared with its hashes and with what was written down of it."""
    wanted, found = list(indicators), []
    for name in _files_of(store, wanted):
        visits = _visits(store, name, wanted)
        faults = file_faults(store, name, known.get(name))
        if store.has_file(name):
            faults += [fault for visit in visits for fault in record_faults(store, name, visit)]
        faults = [f"{name}: {fault}" for fault in faults]
        found.append(Bundled(name, tuple(visits), tuple(faults), name in known))
    return found


def _files_of(store: ArtifactStore, indicators: Iterable[Indicator]) -> list[str]:
    return sorted({name for indicator in indicators for name in store.files_of(indicator)})


def _visits(
    store: ArtifactStore, name: str, indicators: Iterable[Indicator]
) -> list[dict[str, Json]]:
    keys = {str(indicator) for indicator in indicators}
    visits = (store.manifest(name) or {"visits": []})["visits"]
    return [visit for visit in visits if not keys.isdisjoint(visit["indicators"])]


def write_case_file(
    path: Path,
    case: Case,
    *,
    store: ArtifactStore,
    known: Mapping[str, Recorded],
    at: datetime,
) -> Written:
    """Write the zip. The same evidence gives the same bytes.

    What does not fit its hashes goes in as it lies there, and is named in `summary.txt`, in the
    manifest, and in what this returns. `known`: what the database has of the evidence files.
    """
    parts = bundled(store, [one.indicator for one in case.subjects], known)
    faults = [fault for part in parts for fault in part.faults]
    visits = [{"warc": part.name, **visit} for part in parts for visit in part.visits]
    unrecorded = [part.name for part in parts if not part.is_recorded]
    kept = {record["sha256"] for visit in visits for record in visit["records"]}
    read_from = {fact.artifact for one in case.subjects for fact in one.observations}
    gone = sorted(sha256 for sha256 in read_from if sha256 and sha256 not in kept)
    observations = [_plain(fact) for one in case.subjects for fact in one.observations]
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(path, "w") as archive:

        def put(name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
            hashes[name] = hashlib.sha256(content).hexdigest()
            info = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
            info.external_attr = 0o644 << 16
            archive.writestr(info, content, how)

        put("README.txt", _README.encode())
        put("summary.txt", summary(case, visits, faults, at=at).encode())
        put("observations.json", _pretty(observations))
        put("decisions.json", _pretty(_opinions(case)))
        for part in parts:
            # One evidence file at a time, so that no more than one is in memory.
            for name, content in _of_bundle(store, part):
                put(name, content, zipfile.ZIP_STORED)
        told = {
            "indicator": str(case.asked),
            "whole": not faults,
            "faults": faults,
            "not_written_down": unrecorded,
            "no_longer_kept": gone,
            "sha256": dict(hashes),
        }
        put("manifest.json", _pretty(told))
    return Written(len(visits), tuple(faults), tuple(unrecorded), tuple(gone))


def _of_bundle(store: ArtifactStore, part: Bundled) -> Iterable[tuple[str, bytes]]:
    """The records of a case in one evidence file, and the pictures among them, by name in the zip."""
    batch = part.name.rpartition("/")[2]
    records, pictures = [], {}
    for visit in part.visits:
        for record in visit["records"]:
            try:
                data = store.record(Place(part.name, record["offset"], record["length"]))
            except FanzhaError:
                continue  # it is among the faults that the file is missing
            # Each is a gzip member of its own, so that the members together are a WARC file.
            records.append(data)
            if record.get("kind") == "image/png":
                picture = read_payload(data) or b""
                # Named by what it is, not by what the manifest says: a name is no way out of the zip.
                pictures[hashlib.sha256(picture).hexdigest()[:12]] = picture
    yield f"warc/{batch}.warc.gz", b"".join(records)
    for name, picture in pictures.items():
        yield f"screenshots/{batch}-{name}.png", picture


def _opinions(case: Case) -> dict[str, Json]:
    return {
        "decisions": [{"id": one.id, **_as_json(asdict(one))} for one in case.decisions],
        "verdicts": [
            {"id": verdict.id, **_as_json(asdict(verdict))}
            for one in case.subjects
            for verdict in one.verdicts
        ],
    }


def _as_json(value: Json) -> Json:
    """Times and indicators, as `dataclasses.asdict` leaves them, as JSON."""
    if isinstance(value, dict):
        if value.keys() == {"kind", "value"}:
            return f"{value['kind']}:{value['value']}"
        return {key: _as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(one: Observation) -> dict[str, Json]:
    return {
        "indicator": str(one.indicator),
        "property": one.prop,
        "value": one.value,
        "source": one.source,
        "first_seen": one.first_seen.isoformat(),
        "last_seen": one.last_seen.isoformat(),
        "artifact": one.artifact,
    }


def _pretty(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
