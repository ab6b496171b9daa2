"""Rotation: new surrogates for the numbers that can be known, none for those only called."""

import pyarrow.parquet as pq

from pipeline.feeds.rekey import rotate_keys
from pipeline.feeds.service_numbers import write_protected
from tests.pipeline.feeds.conftest import Desk, call


def test_the_map_leads_from_old_to_new(desk: Desk) -> None:
    desk.take(desk.write(call(1), call(2)))
    new, path, carried = rotate_keys(desk.shelf, desk.folder / "keys")
    assert (new.generation, carried) == (2, 1)
    (row,) = pq.ParquetFile(path).read().to_pylist()
    number = "+8613800138000"
    assert row["old"] == desk.keys.surrogate("number", number)
    assert row["new"] == new.surrogate("number", number) != row["old"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_service_numbers_become_a_protected_list(desk: Desk) -> None:
    from pipeline.nouns import Indicator, Kind
    from pipeline.protected import load
    from pipeline.settings import Settings

    table = desk.folder / "numbers.csv"
    table.write_text(
        "category,organization,raw,digits\nbank,Example Bank,400-123-4567,\nx,Nobody,none,\n",
        encoding="utf-8",
    )
    out = desk.folder / "service.toml"
    assert write_protected(table, out) == (1, ["line 3: none"])
    settings = Settings(home=desk.folder, protected={"files": (out,)})  # type: ignore[arg-type]
    assert load(settings).refusal(Indicator(Kind.NUMBER, "+864001234567")) is not None
