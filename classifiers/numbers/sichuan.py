"""The Digital Sichuan table (2020, aggregates per subscriber) through the same training code.

Its rows are aggregates, so there are no calls to measure: the adapter reads the columns, adds ratios
that are our own features in other words, and the folds that come with it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.numbers.members import Flags, Floats
from pipeline.errors import FanzhaError

Frame = Any
"""A pandas frame."""

TENURE_AND_REVENUE = ("arpu", "month", "flow_month")
"""Columns of how long and how much a subscriber paid: partly traces of how the set was collected."""


@dataclass(frozen=True, slots=True)
class SubscriberTable:
    """The table as read: features of all rows, labels of those that have one, and fixed folds."""

    ids: npt.NDArray[np.str_]
    names: tuple[str, ...]
    x: Floats
    fraud: Flags
    labelled: Flags
    fold: npt.NDArray[np.int64]

    def without(self, parts: tuple[str, ...]) -> "SubscriberTable":
        """The same rows without the columns whose names contain any of the parts."""
        kept = [n for n, name in enumerate(self.names) if not any(part in name for part in parts)]
        names = tuple(self.names[n] for n in kept)
        return SubscriberTable(
            self.ids, names, self.x[:, kept], self.fraud, self.labelled, self.fold
        )


def read_table(folder: Path) -> SubscriberTable:
    """Read `features_all_labels_masked.csv.gz` and `splits.csv.gz` from a folder.

    Raises `FanzhaError` where they are not there or do not belong together.
    """
    import pandas as pd

    try:
        features = pd.read_csv(folder / "features_all_labels_masked.csv.gz")
        splits = pd.read_csv(folder / "splits.csv.gz")
    except (OSError, ValueError) as error:
        raise FanzhaError(
            f"{folder}: expected features_all_labels_masked.csv.gz and splits.csv.gz ({error})"
        ) from error
    if not {"phone_no_m", "label"} <= set(features) or not (
        features["phone_no_m"].equals(splits["phone_no_m"])
    ):
        raise FanzhaError(f"{folder}: the two files do not have the same rows in the same order")
    columns = features.drop(columns=["phone_no_m", "label", "split"])
    table = derive(columns)
    label = features["label"].to_numpy(np.float64)
    return SubscriberTable(
        features["phone_no_m"].to_numpy(str),
        tuple(table.columns),
        table.to_numpy(np.float64),
        label == 1,
        ~np.isnan(label),
        splits["cv5_fold"].to_numpy(np.int64),
    )


def derive(c: Frame) -> Frame:
    """The published columns and what follows from them, each of one subscriber alone."""
    talked = c.opposite_count * c.call_dur_mean

    def per(part: Any, whole: Any) -> Any:
        return part / (whole + 1)

    added = {
        # reach
        "calls_per_callee": per(c.opposite_count, c.opposite_unique),
        "made_per_callee": per(c.voccalltype1, c.opposite_unique),
        "callees_per_day": per(c.opposite_unique, c.voc_day_nunique),
        "made_per_day_and_callee": per(per(c.voccalltype1, c.voc_day_nunique), c.opposite_unique),
        "top_callee_share": per(c.phone2opposite_max, c.opposite_count),
        "top_callee_time": per(c.phone2oppo_sum_max, talked),
        "received": c.opposite_count - c.voccalltype1,
        "sms_made": c.sms_count - c.calltype_2,
        "sms_over_call_partners": per(c.sms_nunique, c.opposite_unique),
        # volume and time
        "calls_per_day": per(c.opposite_count, c.voc_day_nunique),
        "calls_per_hour": per(c.opposite_count, c.voc_hour_nunique),
        "busiest_hour_share": per(c.voc_hour_mode_count, c.opposite_count),
        "busiest_day_share": per(c.voc_day_mode_count, c.opposite_count),
        "sms_busiest_day_share": per(c.day_mode_count, c.sms_count),
        "sms_busiest_hour_share": per(c.hour_mode_count, c.sms_count),
        "sms_per_day": per(c.sms_count, c.day_nunique),
        "sms_per_call": per(c.sms_count, c.opposite_count),
        "calls_of_all": per(c.opposite_count, c.sms_count + c.opposite_count),
        "days_sms_over_calls": c.day_nunique - c.voc_day_nunique,
        "hour_modes_apart": (c.hour_mode - c.voc_hour_mode).abs(),
        "day_modes_apart": (c.day_mode - c.voc_day_mode).abs(),
        # duration
        "median_of_mean_seconds": per(c.call_dur_median, c.call_dur_mean),
        "max_of_mean_seconds": per(c.call_dur_max, c.call_dur_mean),
        "talked": talked,
        "talked_per_day": per(talked, c.voc_day_nunique),
        "seconds_per_call_of_callee": per(c.phone2oppo_sum_mean, c.phone2opposite_mean),
        # device and place
        "made_per_imei": per(c.voccalltype1, c.imeis),
        "counties_per_day": per(c.county_name_nunique, c.voc_day_nunique),
        "counties_per_call": per(c.county_name_nunique, c.opposite_count),
        "cities_calling_share": per(c.city_name_call, c.city_name_nunique),
        # apps
        "flow_per_app": per(c.flow_sum, c.busi_count),
        "flow_per_call": per(c.flow_sum, c.opposite_count),
        # tenure and revenue, by name so that they can be left out
        "apps_per_month": per(c.busi_count, c.month_ids),
        "flow_per_month": per(c.flow_sum, c.month_ids),
        "arpu_per_call": per(c.arpu_mean, c.opposite_count),
        "arpu_range": c.arpu_max - c.arpu_min,
        "arpu_range_of_mean": per(c.arpu_max - c.arpu_min, c.arpu_mean.abs()),
        "arpu_months": (c.arpu_sum / c.arpu_mean).round().clip(0, 9),
    }
    wide = c.assign(**added)
    known = {
        f"{name}_unknown": c[name].isna().astype(float)
        for name in ("opposite_count", "imeis", "flow_var", "flow_month", "arpu_var", "arpu_mean")
    }
    return wide.assign(**known).replace([np.inf, -np.inf], np.nan)
