"""The practice range through the real crawl: fraud is caught or looked at, honest hosts are spared."""

from pathlib import Path

from classifiers.domains import judge
from examples.range.manifest import INTERNET, read_manifest
from examples.range.process import serve
from pipeline.artifacts import ArtifactStore
from pipeline.evidence import assemble
from pipeline.indicators import parse
from pipeline.nouns import Indicator, Label, Observation, ReportTally
from pipeline.policy.terms import load_policy
from pipeline.settings import Settings
from spiders.crawl import crawl_batch
from tests.classifiers.domains.conftest import NOW


def test_no_honest_host_is_over_the_automatic_threshold(tmp_path: Path) -> None:
    expected = [
        (parse(one.report), one)
        for one in read_manifest(INTERNET).expectations
        if not one.report.startswith("*") and not one.needs_browser
    ]
    with serve(now=NOW) as running:
        settings = Settings(home=tmp_path, crawl=running.crawl())
        artifacts = ArtifactStore(str(tmp_path / "artifacts"))
        seen = crawl_batch(
            [i for i, _ in expected], settings=settings, artifacts=artifacts, now=NOW
        )
    facts: dict[Indicator, list[Observation]] = {}
    for observation in seen:
        facts.setdefault(observation.indicator, []).append(observation)
    evidence = [assemble(i, facts.get(i, []), ReportTally(), at=NOW) for i, _ in expected]
    terms = load_policy().sites
    wrong = []
    for verdict, (_, one) in zip(judge(evidence, now=NOW), expected, strict=True):
        if one.expect == "block" and verdict.probability < terms.review_at:
            wrong.append(f"missed {one.report}: {verdict.probability:.3f}")
        over = verdict.label is Label.MALICIOUS and verdict.probability >= terms.block_at
        if one.expect in ("dismiss", "dead") and over:
            wrong.append(f"blocked {one.report}: {verdict.probability:.3f}")
    assert not wrong
