"""Models: saved as text, loaded without running code, the same after as before."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.bounds import clopper_pearson
from classifiers.numbers.card import write_card
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.folds import cross_validate, train_table
from classifiers.numbers.model import SHIPPED, load, save, shipped
from classifiers.numbers.sichuan import TENURE_AND_REVENUE, SubscriberTable, read_table
from classifiers.numbers.simulator.personas import TRADES
from classifiers.numbers.training import TRADE_RATE, Recipe, Rows, boosting, linear, train
from pipeline.errors import FanzhaError


def rows(count: int, seed: int) -> Rows:
    """Two kinds of cards, in which fraud shows differently."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 3))
    x[:, 2] = rng.choice([2.0, 400.0], count)
    odds = np.where(x[:, 2] < 7, 2 * x[:, 0], 2 * x[:, 1]) - 1
    y = rng.random(count) < 1 / (1 + np.exp(-odds))
    x[rng.random(count) < 0.1, 0] = np.nan
    return Rows(x, y)


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    names = ("calls_per_day", "answer_rate", "tenure_days")
    recipe = Recipe(((1.0, boosting(names, rounds=30)), (1.0, linear())))
    model = train(
        "t", names, rows(1500, 1), rows(1500, 2), recipe=recipe, prior=None, card={"data": "drawn"}
    )
    assert set(model.parts) == {"young", "mature"}
    one, two = tmp_path / "one.json.gz", tmp_path / "two.json.gz"
    save(model, one)
    save(model, two)
    assert one.read_bytes() == two.read_bytes()
    x = rows(200, 3).x
    again = load(one)
    np.testing.assert_allclose(again.probabilities(x), model.probabilities(x), rtol=1e-12)
    assert again.card["data"] == "drawn"
    assert again.name.startswith("t+")


def test_the_listing_threshold_keeps_to_each_honest_trade_by_itself() -> None:
    names = ("calls_per_day", "answer_rate", "tenure_days")
    recipe = Recipe(((1.0, boosting(names, rounds=30)),))
    wild = rows(6000, 4).x
    plain, kept = (
        train(
            "t",
            names,
            rows(1500, 1),
            rows(1500, 2),
            recipe=recipe,
            prior=None,
            card={},
            trades=trades,
        )
        for trades in ({}, {"courier": wild})
    )
    assert kept.thresholds["list"] >= plain.thresholds["list"]
    over = kept.probabilities(wild) >= kept.thresholds["list"]
    assert clopper_pearson(int(over.sum()), len(wild)) <= TRADE_RATE
    assert kept.card["thresholds"]["trade_rows"] == {"courier": 6000}
    assert kept.thresholds["review"] == plain.thresholds["review"]


def test_the_shipped_model_says_what_it_is() -> None:
    model = shipped()
    assert model.features == tuple(FEATURES)
    assert {"task", "data", "terms", "training_seeds", "limits"} <= set(model.card)
    assert 0 < model.thresholds["review"] < model.thresholds["list"] < 1
    assert set(model.card["thresholds"]["trade_rows"]) == set(TRADES)
    assert SHIPPED.stat().st_size < 2_000_000


def test_the_card_says_what_was_missed_and_what_data_cannot_support(tmp_path: Path) -> None:
    figures = {
        "tpr_at_fpr_1e-4_full_day": 0.5,
        "calibration_error": {"mature": 0.001, "young": None},
        "at_list_threshold": {"tpr": 0.4, "false_positives": 2, "fpr_upper_95": 3e-4},
    }
    bound = {**shipped().card["thresholds"], "honest_rows": 900}
    few = replace(shipped(), card={**shipped().card, "thresholds": bound})
    write_card(few, figures, tmp_path)
    card = json.loads((tmp_path / "card.json").read_text("utf-8"))
    assert [(b["bar"], b["reached"]) for b in card["bars"]] == [
        ("tpr_at_fpr_1e-4_full_day", False),
        ("calibration_error mature", True),
    ]
    assert "baseline" not in card["about"]
    text = (tmp_path / "card.md").read_text("utf-8")
    assert "| 0.5000 | **missed** |" in text
    assert "900 honest rows support only 0.0033" in text


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x04", gzip.compress(b"{}"), gzip.compress(b'{"format": "other"}')]
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.json.gz"
    path.write_bytes(content)
    with pytest.raises(FanzhaError, match="fanzha train numbers"):
        load(path)


def table(count: int) -> SubscriberTable:
    drawn = rows(count, 5)
    return SubscriberTable(
        np.array([f"id{n}" for n in range(count)]),
        ("calls", "answers", "arpu_mean"),
        drawn.x,
        drawn.y,
        np.arange(count) % 5 != 4,
        np.arange(count) % 4,
    )


def test_cross_validation_scores_every_labelled_row_and_no_other() -> None:
    drawn = table(600)
    figures, scores = cross_validate(drawn, bags=1, rounds=20)
    assert np.array_equal(~np.isnan(scores), drawn.labelled)
    assert len(figures["auc"]["folds"]) == 4
    assert figures["auc"]["mean"] > 0.6
    assert drawn.without(TENURE_AND_REVENUE).names == ("calls", "answers")


def test_a_table_s_model_scores_its_masked_rows() -> None:
    drawn = table(400)
    model = train_table(drawn)
    hidden = model.probabilities(drawn.x[~drawn.labelled])
    assert hidden.shape == (80,)
    assert 0 < model.thresholds["macro_f1"] < 1


def test_the_sichuan_table_is_read_whole(data: Path) -> None:
    read = read_table(data / "numbers")
    assert (len(read.ids), int(read.labelled.sum())) == (6106, 4884)
    assert sorted(set(read.fold.tolist())) == [0, 1, 2, 3, 4]
    assert not np.isinf(read.x).any()
    assert not any(
        "arpu" in name or "month" in name for name in read.without(TENURE_AND_REVENUE).names
    )


def test_a_folder_without_the_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match=r"splits\.csv\.gz"):
        read_table(tmp_path)
