"""All evidence about one indicator as a zip for a case file: records, picture, facts, summary, hashes."""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pipeline.artifacts import ArtifactStore, Place
from pipeline.nouns import Decision, Indicator, Json, Observation, Verdict

_README = """\
本压缩包是关于一个网址或号码的证据。
summary.txt        摘要
observations.json  观察到的事实（含 DNS），每项附首次与最近一次看到的时间
warc/              抓取的请求与响应（WARC 1.1，ISO 28500）
screenshots/       页面截图
manifest.json      每个文件的 SHA-256

This archive holds the evidence about one address or number.
summary.txt: summary. observations.json: facts seen, DNS among them, each with first and last time.
warc/: requests and answers (WARC 1.1, ISO 28500). screenshots/: pictures of the page.
manifest.json: SHA-256 of every file.
The files under warc/ are fraudsters' pages: open them with a WARC tool, never in a browser.
"""


def write_case_file(
    path: Path,
    indicator: Indicator,
    *,
    store: ArtifactStore,
    observations: Sequence[Observation],
    verdicts: Sequence[Verdict] = (),
    decisions: Sequence[Decision] = (),
    at: datetime,
) -> int:
    """Write the zip and say how many visits are in it. The same evidence gives the same bytes."""
    visits = store.visits_to(indicator)
    files: dict[str, bytes] = {
        "README.txt": _README.encode(),
        "summary.txt": summary(
            indicator, visits, observations, verdicts=verdicts, decisions=decisions, at=at
        ).encode(),
        "observations.json": _pretty([_plain(one) for one in observations]),
    }
    for visit in visits:
        batch = str(visit["warc"]).rpartition("/")[2]
        places = [Place(visit["warc"], r["offset"], r["length"]) for r in visit["records"]]
        # Each record is a gzip member of its own, so that the members together are a WARC file.
        records = b"".join(store.record(place) for place in places)
        files[f"warc/{batch}.warc.gz"] = files.get(f"warc/{batch}.warc.gz", b"") + records
        for place, record in zip(places, visit["records"], strict=True):
            if record.get("kind") == "image/png":
                name = f"screenshots/{batch}-{record['sha256'][:12]}.png"
                # From the visit's own file: where else the same picture stands may have been removed.
                files[name] = store.body(place, record["sha256"])
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    files["manifest.json"] = _pretty({"indicator": str(indicator), "sha256": hashes})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
            info.external_attr = 0o644 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return len(visits)


def summary(
    indicator: Indicator,
    visits: Sequence[dict[str, Json]],
    observations: Sequence[Observation],
    *,
    verdicts: Sequence[Verdict] = (),
    decisions: Sequence[Decision] = (),
    at: datetime,
) -> str:
    """What is known, for a reader: facts, visits, verdicts and decisions, a line each."""
    lines = [f"证据摘要 / Evidence summary: {indicator}", f"制作于 / made at {at.isoformat()}", ""]
    lines.append("事实 / Facts (首次 first – 最近 last)")
    for one in observations:
        span = f"{one.first_seen:%Y-%m-%d %H:%M} – {one.last_seen:%Y-%m-%d %H:%M}"
        lines.append(f"  {one.prop:18} {span}  {_told(one)}")
    lines += ["", f"访问 / Visits: {len(visits)}"]
    for visit in visits:
        lines.append(f"  {visit['at']}  {visit['warc']}")
        for record in visit["records"]:
            if record["sha256"]:
                lines.append(f"    {record['type']:9} {record['sha256']}  {record['url']}")
    if verdicts:
        lines += ["", "研判 / Verdicts"]
    for verdict in verdicts:
        lines.append(
            f"  {verdict.at.isoformat()}  {verdict.label.value}  p={verdict.probability:.3f}  {verdict.model}"
        )
        lines += [f"    {r.weight:+.2f}  {r.zh} / {r.en}  {r.extract}" for r in verdict.reasons]
    if decisions:
        lines += ["", "决定 / Decisions"]
    for decision in decisions:
        until = decision.expires_at.isoformat() if decision.expires_at else "—"
        lines.append(
            f"  {decision.decided_at.isoformat()}  {decision.action.value}  {decision.indicator}  "
            f"{decision.actor}  → {until}  {decision.reason}"
        )
    return "\n".join(lines) + "\n"


def _told(one: Observation) -> str:
    value = one.value
    if one.prop == "page":
        return f"{value.get('title', '')!r}, {value.get('text_length', 0)} characters"
    if one.prop == "http.hops":
        return " → ".join(f"{hop['url']} [{hop['status']} {hop['ip']}]" for hop in value)
    if one.prop == "page.further":
        return ", ".join(page["url"] for page in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 400 else f"{text[:400]}…"


def _plain(one: Observation) -> dict[str, Json]:
    return {
        "property": one.prop,
        "value": one.value,
        "source": one.source,
        "first_seen": one.first_seen.isoformat(),
        "last_seen": one.last_seen.isoformat(),
        "artifact": one.artifact,
    }


def _pretty(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
