"""Training is deterministic, a saved model is the same model, and what is no model is refused."""

import io
import json
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.domains import judge
from classifiers.domains.combination import Route, route_of
from classifiers.domains.corpus import WITHHELD, Corpus, EvidenceRow, HostRow, PageRow
from classifiers.domains.drift import shifts
from classifiers.domains.evaluation import evaluate
from classifiers.domains.experts.records import fit_records, judged
from classifiers.domains.explanation import explain
from classifiers.domains.features.records import RECORDS
from classifiers.domains.shipped import default_model
from classifiers.domains.site import Site
from classifiers.domains.soundness import check
from classifiers.domains.storing import load, save
from classifiers.domains.training import ENOUGH, Heard, rules_say, train, with_records
from classifiers.drift import SCORE
from pipeline.errors import FanzhaError
from pipeline.nouns import Evidence, Indicator, Kind, Label, ReportTally
from tests.classifiers.domains.conftest import NOW, evidence
from tests.classifiers.domains.pages import FRAUD, HONEST
from tests.classifiers.domains.small import small_corpus, small_model


def test_the_same_seed_and_rows_give_the_same_bytes(tmp_path: Path) -> None:
    again = train(small_corpus(), seed=3, version="small", about={}, step=lambda _: None)
    save(small_model(), tmp_path / "a.zip")
    save(again, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    save(small_model(), tmp_path / "m.zip")
    read = load(tmp_path / "m.zip")
    batch = [evidence(html, host) for host, html in FRAUD.values()]
    ours = judge(batch, now=NOW, model=small_model())
    theirs = judge(batch, now=NOW, model=read)
    assert [v.probability for v in theirs] == pytest.approx([v.probability for v in ours], abs=2e-3)
    assert theirs[0].model == "sites@small"


def test_a_model_trained_on_other_features_is_refused(tmp_path: Path) -> None:
    save(small_model(), tmp_path / "m.zip")
    with (
        zipfile.ZipFile(tmp_path / "m.zip") as old,
        zipfile.ZipFile(tmp_path / "n.zip", "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps({**json.loads(content), "features": "0" * 64}).encode()
            new.writestr(name, content)
    with pytest.raises(FanzhaError, match="other features"):
        load(tmp_path / "n.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", pickle.dumps({"a": 1})])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.zip").write_bytes(content)
    with pytest.raises(FanzhaError, match=r"m\.zip"):
        load(tmp_path / "m.zip")


def _with(path: Path, changed: dict[str, bytes | None]) -> Path:
    """A copy of a model with other members, or without some."""
    other = path.with_name("n.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = changed.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return other


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def test_an_array_that_needs_code_to_be_read_is_refused(tmp_path: Path) -> None:
    save(small_model(), tmp_path / "m.zip")
    evil = _npy(np.array([{"a": 1}], dtype=object))
    with pytest.raises(FanzhaError, match="allow_pickle"):
        load(_with(tmp_path / "m.zip", {"linear/han/bias.npy": evil}))


def test_trees_whose_columns_stand_in_another_order_are_refused(tmp_path: Path) -> None:
    save(small_model(), tmp_path / "m.zip")
    trees = small_model().content["page"].trees
    names = " ".join(trees.columns)
    turned = trees.text.replace(names, " ".join(reversed(trees.columns)))
    assert turned != trees.text
    with pytest.raises(FanzhaError, match=r"trees/page .* in another place"):
        load(_with(tmp_path / "m.zip", {"trees/page.txt": turned.encode()}))


@pytest.mark.parametrize(
    ("member", "content", "said"),
    [
        ("trees/text.txt", b"garbage", "LightGBM"),
        ("trees/host.txt", None, "trees/host.txt"),
        ("linear/han/scale.npy", _npy(np.ones(10, np.float16)), "scale of linear/han"),
        ("linear/page.words/bias.npy", _npy(np.array([np.nan])), "bias of linear/page.words"),
        ("linear/host/coefficient.npy", None, "coefficient"),
        ("linear/host/bias.npy", b"cut", "damaged"),
        ("tables/host/label.totals.npy", _npy(np.ones(1, np.uint16)), "tables/host/label"),
    ],
    ids=["garbage", "no-trees", "short", "nan", "missing", "cut", "uneven"],
)
def test_a_damaged_member_is_named(
    tmp_path: Path, member: str, content: bytes | None, said: str
) -> None:
    save(small_model(), tmp_path / "m.zip")
    with zipfile.ZipFile(tmp_path / "m.zip") as file:
        assert member in file.namelist()
    with pytest.raises(FanzhaError, match=rf"n\.zip is damaged.*{said}|{said}.*is damaged"):
        load(_with(tmp_path / "m.zip", {member: content}))


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("blends", {}, "a combination for every route, none for page"),
        ("records", {"weights": [0.1], "rows": 0}, "weights of records"),
        ("host_prior", None, None),
        ("categories", ["strange"], "strange"),
    ],
    ids=["blends", "records", "prior", "categories"],
)
def test_a_damaged_manifest_is_told(
    tmp_path: Path, part: str, value: object, said: str | None
) -> None:
    save(small_model(), tmp_path / "m.zip")
    with zipfile.ZipFile(tmp_path / "m.zip") as file:
        manifest = json.loads(file.read("manifest.json")) | {part: value}
    with pytest.raises(FanzhaError, match=f"damaged.*{said or ''}"):
        load(_with(tmp_path / "m.zip", {"manifest.json": json.dumps(manifest).encode()}))


def test_the_shipped_model_is_whole() -> None:
    check(default_model())


def test_reasons_add_up_to_the_verdict() -> None:
    model = small_model()
    for _, html in (FRAUD | HONEST).values():
        site = Site(evidence(html, "vip12345.top", age_days=10), NOW)
        said = model.say([site], [rules_say(site)])
        [experts] = explain(model, [site], said)
        blend = model.blends[said.routes[0]]
        rest = blend.bias + said.parts[0]["rules"]
        total = sum(reason.weight for reason in experts) + rest
        # Contributions below the least that is worth reading are left out, one by one.
        assert total == pytest.approx(float(said.total[0]), abs=0.3)


def test_withheld_sources_do_not_enter_a_model_that_is_passed_on() -> None:
    corpus = Corpus(hosts=[HostRow("a.com", 1, source) for source in (*WITHHELD, "own")])
    assert [row.source for row in corpus.without(WITHHELD).hosts] == ["own"]


def test_training_without_rows_of_one_label_says_which() -> None:
    corpus = small_corpus()
    lopsided = replace(corpus, pages=[row for row in corpus.pages if row.label])
    with pytest.raises(FanzhaError, match="honest rows of pages"):
        train(lopsided, seed=1, version="x", about={}, step=lambda _: None)


def test_chinese_markup_takes_its_own_route() -> None:
    _, html = FRAUD["gambling"]
    assert route_of(Site(evidence(html), NOW)) is Route.ZH_PAGE
    english = evidence("<html><body><p>the library opens at nine</p></body></html>")
    assert route_of(Site(english, NOW)) is Route.PAGE


def test_an_evaluation_measures_every_part() -> None:
    corpus = small_corpus()
    gone = [replace(row, page={**row.page, "state": "parked"}) for row in corpus.pages if row.label]
    found = evaluate(
        small_model(), replace(corpus, pages=[*corpus.pages, *gone[:20]]), step=lambda _: None
    )
    names = [task.name for task in found.tasks]
    assert names == [
        "host, tw165",
        "host, tw165, blind to the suffix",
        "html",
        "html, with pages that show only a state",
        "fresh phishing text",
        "fresh phishing text, with pages that show only a state",
        "Chinese text, others",
    ]
    html = found.task("html").figures()
    assert html["auc"] > 0.95
    assert html["fpr 0.001"]["supported"] is False
    every = found.task("html, with pages that show only a state").figures()
    assert every["fraud"] == html["fraud"] + 20
    assert every["fpr 0.001"]["tpr"] == pytest.approx(0.8 * html["fpr 0.001"]["tpr"])


def test_records_move_from_what_was_judged_to_what_was_seen() -> None:
    young = [evidence(HONEST["shop"][1], f"s{i}.com", age_days=5) for i in range(300)]
    rows = [EvidenceRow(one, 0, None, NOW) for one in young]
    learned = with_records(small_model(), rows, {}).records
    place = list(RECORDS).index("registration.newborn")
    assert learned.rows == 300
    assert learned.weights[place] < judged().weights[place]
    few = fit_records([Site(young[0], NOW)], np.array([0]), np.array([0.0]))
    assert few.weights[place] == pytest.approx(judged().weights[place], abs=0.3)


def test_drift_is_small_on_training_pages_and_large_on_others() -> None:
    model = small_model()
    again = shifts(model, [row.site() for row in small_corpus().pages])
    same = [
        shift for shift in again if shift.name != SCORE
    ]  # scores of training are of unseen folds
    assert max(shift.index for shift in same) < 0.1
    others = [Site(evidence(_foreign(n)), NOW) for n in range(60)]
    found = {shift.name: shift for shift in shifts(model, others)}
    assert found[SCORE].rows == len(others)
    assert max(shift.index for shift in found.values()) > 0.25


def _foreign(number: int) -> str:
    """A page that is built like none of the small corpus."""
    rows = "".join(f"<tr><td>train {k} to the coast</td><td>{k}:15</td></tr>" for k in range(40))
    return f"<html><title>Timetable {number}</title><body><table>{rows}</table></body></html>"


def _on_a_young_host(page: Site, host: str) -> Site:
    """The same page on a name of its own, registered today and reported by three sources."""
    facts = {
        **page.evidence.facts,
        "page": {**page.page, "url": f"https://{host}/"},
        "registration": {"registered": NOW.isoformat()},
    }
    tally = ReportTally(9, 9, 9.0, ("a", "b", "c"), ("a",))
    return Site(Evidence(Indicator(Kind.HOST, host), NOW, facts, tally), NOW)


def test_drift_is_measured_by_what_training_kept_a_score_of() -> None:
    """Training pages have no name, no records, and none is Chinese: those do not count as drift."""
    pages = [row.site() for row in small_corpus().pages]
    named = [_on_a_young_host(page, f"vip{n}.top") for n, page in enumerate(pages)]
    chinese = [Site(evidence(html), NOW) for _, html in (FRAUD | HONEST).values()]
    judged_so = [
        shift for shift in shifts(small_model(), [*named, *chinese]) if shift.name == SCORE
    ]
    assert judged_so == [s for s in shifts(small_model(), pages) if s.name == SCORE]
    assert judged_so[0].rows == len(pages)


def test_state_pages_are_not_scored() -> None:
    one = replace(evidence(FRAUD["gambling"][1]), facts={"http.state": "dns-nxdomain"})
    [verdict] = judge([one], now=NOW, model=small_model())
    assert verdict.label is Label.DEAD


def test_of_what_there_is_too_little_the_experts_at_hand_are_kept() -> None:
    """Settled evidence alone refits the layer of records."""
    html = HONEST["shop"][1]
    rows = [
        EvidenceRow(evidence(html, f"s{n}.com", age_days=5 + 900 * (n % 2)), (n + 1) % 2, None, NOW)
        for n in range(60)
    ]
    learned = train(
        Corpus(settled=rows), seed=1, version="own", about={}, step=lambda _: None,
        stand_in=small_model,
    )  # fmt: skip
    assert learned.name == "sites@own"
    assert learned.records.rows == len(rows)
    place = list(RECORDS).index("registration.newborn")
    assert learned.records.weights[place] > judged().weights[place]
    assert learned.content == small_model().content
    assert learned.blends == small_model().blends


def test_nothing_to_learn_is_said() -> None:
    with pytest.raises(FanzhaError, match="rows of hosts"):
        train(Corpus(), seed=1, version="x", about={}, step=lambda _: None, stand_in=small_model)


def test_records_are_fitted_beside_what_content_says_of_pages_it_never_saw() -> None:
    """Experts know the pages that they were trained on by heart, and would leave records nothing to say."""
    young = [evidence(HONEST["shop"][1], f"s{i}.com", age_days=5) for i in range(60)]
    rows = [EvidenceRow(one, 1, None, NOW) for one in young]
    place = list(RECORDS).index("registration.newborn")

    def weight(content: float) -> float:
        unseen = {id(row.evidence.facts["page"]): content for row in rows}
        return with_records(small_model(), rows, unseen).records.weights[place]

    assert weight(6.0) < weight(-2.0)


def test_chinese_markup_gets_a_combination_of_its_own_from_rows_enough() -> None:
    reader = small_model().han
    told = _heard_of_chinese_pages(ENOUGH)
    found = told.combine_chinese(reader)
    assert found is not None
    blend, thresholds = found
    assert blend.rows == 2 * ENOUGH
    assert thresholds.block.honest == ENOUGH
    assert told.places("page", Route.PAGE).size == 0
    assert set(told.unseen({Route.ZH_PAGE: blend}, reader)) == {
        id(row.page) for row in told.rows["page"]
    }
    assert _heard_of_chinese_pages(ENOUGH - 1).combine_chinese(reader) is None


def _heard_of_chinese_pages(each: int) -> Heard:
    """What trees and rules might have said of as many Chinese pages of either label."""
    rows = _chinese_pages(each)
    said = np.array([row.label * 2.0 - 1 + n % 7 / 10 for n, row in enumerate(rows)])
    return Heard(
        {"page": rows},
        {"page": [row.site() for row in rows]},
        {"page": {"rules": said, "page": 2 * said}},
        {"page": np.ones(len(rows))},
    )


def _chinese_pages(each: int) -> list[PageRow]:
    """As many pages of Chinese text of either label."""
    tea = "图书馆周末照常开放欢迎读者前来阅览，本店新茶上市，明日停水请提前储水，谢谢大家的理解和支持。"
    bets = "首充送彩金，真人荷官在线发牌，提款秒到账，代理加盟日结佣金，邀请码注册立即返水，老虎机天天中奖。"
    return [
        PageRow(evidence(f"<p>{bets if n % 2 else tea}{n}").facts["page"], n % 2, "own", f"g{n}")
        for n in range(2 * each)
    ]
