"""What registries said is remembered by all batches, and each has one pace for all of them."""

from datetime import timedelta
from pathlib import Path

from examples.range import Running
from pipeline.settings import Settings
from spiders.registries import KEPT, Registries
from tests.spiders.conftest import NOW, host, seen_by

BASE = "https://rdap.example/"


def test_an_answer_is_known_to_the_next_batch_for_as_long_as_it_is_fresh(tmp_path: Path) -> None:
    with Registries(tmp_path) as first:
        first.learn(BASE, "a.example", {"registered": "2026-01-01"}, NOW)
    with Registries(tmp_path) as later:
        both = ["a.example", "b.example"]
        known = {"a.example": {"registered": "2026-01-01"}}
        assert later.answers(BASE, both, NOW) == known
        assert later.answers("https://other.example/", both, NOW) == {}
        assert later.answers(BASE, both, NOW + KEPT) == {}
        assert later.answers(BASE, both, NOW - timedelta(seconds=1)) == {}
        later.forget(NOW + KEPT + timedelta(days=1))
        assert later.answers(BASE, both, NOW) == {}


def test_two_that_ask_one_registry_take_turns(tmp_path: Path) -> None:
    with Registries(tmp_path) as one, Registries(tmp_path) as other:
        waits = [who.wait(BASE, 10) for who in (one, other, one)]
        assert [round(wait, -1) for wait in waits] == [0, 10, 20]
        assert other.wait("https://other.example/", 10) == 0


def test_a_folder_that_cannot_be_written_to_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Registries(tmp_path / "file" / "folder") as registries:
        registries.learn(BASE, "a.example", {}, NOW)
        assert registries.answers(BASE, ["a.example"], NOW) == {"a.example": {}}


def test_who_was_not_served_is_served_by_the_next_batch(internet: Running, tmp_path: Path) -> None:
    sites = [host("www.plain.example"), host("chinese.example")]
    one_only: dict[str, object] = {"rdap_per_second": 0.01, "rdap_wait": 1.5}
    settings = Settings(home=tmp_path, crawl=internet.crawl(**one_only))
    served = [
        {str(one) for one, facts in seen_by(sites, settings).items() if "registration" in facts}
    ]
    with Registries(
        settings.cache_dir
    ) as registries:  # after a while, which need not be waited for
        registries._database.execute("DELETE FROM turns")
    seen = seen_by(sites, settings)
    served.append({str(one) for one, facts in seen.items() if "registration" in facts})
    assert [len(one) for one in served] == [1, 2]
