"""The features of a number over a window: each one named expression with unit, meaning and reason.

`w` is the wide row of `classifiers.numbers.features.window`. A feature is null where it has no
meaning (a share of nothing, the age of a card whose opening nobody told); models read null as
"unknown". Adding a feature is one entry here and a retraining.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.feeds.forms import Form


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature; `zh` and `en` finish the sentence that a reason shows, `{value}` in them."""

    family: str
    unit: str
    meaning: str
    expression: Callable[[Any], Any]
    zh: str
    en: str


def _share(part: Any, whole: Any) -> Any:
    return part.cast("float64") / (whole > 0).ifelse(whole, None).cast("float64")


def _is(*forms: Form) -> Callable[[Any], Any]:
    return lambda w: w.form.isin([int(form) for form in forms]).ifelse(1.0, 0.0)


FEATURES: dict[str, Feature] = {
    "calls_per_day": Feature(
        "volume", "calls/day", "calls made per active day",
        lambda w: _share(w.out_calls, w.active_days),
        "平均每天呼出{value}次", "makes {value} calls a day",
    ),
    "busiest_hour": Feature(
        "volume", "calls/h", "most calls made in one hour of a day",
        lambda w: w.busiest_hour.cast("float64"),
        "最忙的一小时呼出{value}次", "made {value} calls in its busiest hour",
    ),
    "busiest_share": Feature(
        "volume", "share", "share of a day's calls in its busiest hour",
        lambda w: _share(w.busiest_sum, w.out_calls),
        "最忙一小时占全天呼出的{value}", "share of calls in the busiest hour is {value}",
    ),
    "burst": Feature(
        "volume", "ratio", "calls of the last day over the mean of the window's earlier days",
        lambda w: _share(w.out_calls_last, w.out_calls_before / w.days_before.cast("float64") + 1.0),
        "当日呼出量是此前日均的{value}倍", "today's calls are {value} times the days before",
    ),
    "callees_per_call": Feature(
        "reach", "share", "distinct callees over calls made",
        lambda w: _share(w.callees, w.out_calls),
        "每次呼出几乎都是不同的人(被叫去重占比{value})", "distinct callees per call are {value}",
    ),
    "once_share": Feature(
        "reach", "share", "callees called exactly once over callees",
        lambda w: _share(w.once, w.callees),
        "只打过一次的被叫占{value}", "share of callees called just once is {value}",
    ),
    "callees_per_day": Feature(
        "reach", "numbers/day", "distinct callees per active day",
        lambda w: _share(w.callees, w.active_days),
        "平均每天联系{value}个不同号码", "reaches {value} different numbers a day",
    ),
    "callee_entropy": Feature(
        "reach", "nats", "ln N − Σ n ln n / N over callees, mean by calls",
        lambda w: _share(w.entropy_calls, w.out_calls),
        "被叫分散程度(熵)为{value}", "entropy of the callees is {value}",
    ),
    "top_callee_share": Feature(
        "reach", "share", "calls to the number called most over calls, mean by days",
        lambda w: _share(w.top_callee_sum, w.out_calls),
        "最常联系的人占呼出的{value}", "the number called most takes {value} of the calls",
    ),
    "answer_rate": Feature(
        "answer", "share", "接通率: answered calls over calls made",
        lambda w: _share(w.answered, w.out_calls),
        "接通率为{value}", "share of calls that are answered is {value}",
    ),
    "mean_seconds": Feature(
        "answer", "s", "mean duration of answered calls",
        lambda w: _share(w.talk, w.answered),
        "平均通话{value}秒", "answered calls last {value} s on average",
    ),
    "median_seconds": Feature(
        "answer", "s", "median duration of answered calls, mean of the days by answered calls",
        lambda w: _share(w.median_calls, w.answered),
        "通话时长中位数{value}秒", "the median answered call lasts {value} s",
    ),
    "short_share": Feature(
        "answer", "share", "answered calls under 10 s over answered calls",
        lambda w: _share(w.short, w.answered),
        "10秒内挂断的占接通的{value}", "share of answered calls under 10 s is {value}",
    ),
    "long_share": Feature(
        "answer", "share", "answered calls of 300 s and more over answered calls",
        lambda w: _share(w.long, w.answered),
        "5分钟以上的长通话占接通的{value}", "share of answered calls over 5 minutes is {value}",
    ),
    "callback_rate": Feature(
        "reciprocity", "share", "回拨率: callees who also called, over callees",
        lambda w: _share(w.called_back, w.callees),
        "被叫中回拨过的占{value}", "share of callees who ever call it is {value}",
    ),
    "out_share": Feature(
        "reciprocity", "share", "calls made over calls made and received",
        lambda w: _share(w.out_calls, w.out_calls + w.in_calls),
        "呼出占全部通话的{value}", "share of outgoing calls is {value}",
    ),
    "in_calls_per_day": Feature(
        "reciprocity", "calls/day", "calls received per active day",
        lambda w: _share(w.in_calls, w.active_days),
        "平均每天呼入{value}次", "receives {value} calls a day",
    ),
    "callers_per_callee": Feature(
        "reciprocity", "ratio", "distinct callers over distinct callees",
        lambda w: _share(w.callers, w.callees),
        "主动来电人数与被叫人数之比为{value}", "callers per callee are {value}",
    ),
    "stranger_callers": Feature(
        "reciprocity", "numbers/day", "callers whom it did not call, per active day",
        lambda w: _share(w.callers - w.called_back, w.active_days),
        "每天有{value}个未联系过的号码主动打来", "{value} numbers a day call it unasked",
    ),
    "night_share": Feature(
        "time", "share", "calls made from 22:00 to 07:00 local time over calls made",
        lambda w: _share(w.night, w.out_calls),
        "夜间(22至7时)呼出占{value}", "share of calls at night is {value}",
    ),
    "active_hours": Feature(
        "time", "h/day", "hours with a call made, per active day",
        lambda w: _share(w.active_hours, w.active_days),
        "平均每天{value}个小时有呼出", "calls in {value} hours of a day",
    ),
    "hour_evenness": Feature(
        "time", "share", "1 over the sum of squared hour shares, over active hours: 1 is machine-even",
        lambda w: _share(w.even_calls, w.out_calls),
        "各小时呼出的均匀程度为{value}", "evenness over its hours is {value}",
    ),
    "mean_gap": Feature(
        "time", "s", "mean time from one call made to the next within a day",
        lambda w: _share(w.span, w.out_calls - w.active_days),
        "平均每{value}秒拨打一次", "begins a call every {value} s",
    ),
    "busy_share": Feature(
        "time", "share", "time talking over the time from the first call made to the last",
        lambda w: _share(w.talk, w.span + w.talk),
        "首末呼出之间通话时间占{value}", "share of its span spent talking is {value}",
    ),
    "active_days": Feature(
        "time", "days", "days of the window with a call made",
        lambda w: w.active_days.cast("float64"),
        "观察期内有{value}天呼出", "was active on {value} days",
    ),
    "imeis": Feature(
        "device", "devices/day", "most distinct devices in one day",
        lambda w: w.imeis.cast("float64"),
        "一天内用过{value}台终端", "used {value} devices in a day",
    ),
    "sims_per_imei": Feature(
        "device", "numbers", "most numbers seen in one of its devices in one day",
        lambda w: (w.imeis > 0).ifelse(w.sims_per_imei, None).cast("float64"),
        "同一终端一天内插过{value}个号码", "its device carried {value} numbers in a day",
    ),
    "calls_per_imei": Feature(
        "device", "calls", "calls made per device and active day",
        lambda w: _share(w.out_calls, w.imeis * w.active_days),
        "每台终端每天呼出{value}次", "makes {value} calls per device and day",
    ),
    "gateway_share": Feature(
        "device", "share", "calls by devices whose TAC is a GoIP gateway's or modem's",
        lambda w: _share(w.gateway, w.out_calls),
        "由非手机终端(GoIP网关、猫池)发起的呼叫占{value}", "share of calls from gateway devices is {value}",
    ),
    "cells": Feature(
        "location", "cells/day", "most distinct cells in one day; null where no cell is known",
        lambda w: (w.cells > 0).ifelse(w.cells, None).cast("float64"),
        "一天内经过{value}个小区", "was in {value} cells in a day",
    ),
    "cell_crowd": Feature(
        "location", "numbers", "unmoving heavy callers in its one cell",
        lambda w: w.cell_crowd.cast("float64"),
        "同一小区有{value}个不移动的高频主叫", "{value} unmoving heavy callers share its cell",
    ),
    "cell_sync": Feature(
        "location", "numbers", "those of the crowd that began the day in the same quarter of an hour",
        lambda w: w.cell_sync.cast("float64"),
        "其中{value}个在同一刻钟内开始外呼", "{value} of them began within the same quarter of an hour",
    ),
    "away_share": Feature(
        "location", "share", "calls made in configured risk areas",
        lambda w: _share(w.away, w.out_calls),
        "在涉诈重点地区呼出占{value}", "share of calls from configured risk areas is {value}",
    ),
    "tenure_days": Feature(
        "tenure", "days", "days since activation",
        lambda w: (w.until - w.activated).cast("float64") / 86_400.0,
        "开户{value}天", "was activated {value} days ago",
    ),
    "silent_days": Feature(
        "tenure", "days", "days from the last use before its first call of the window to that day",
        lambda w: (w.began - w.last_active).cast("float64") / 86_400.0,
        "此前沉默{value}天", "was silent for {value} days before",
    ),
    "topup_days": Feature(
        "tenure", "days", "days since the last top-up",
        lambda w: (w.until - w.topped_up).cast("float64") / 86_400.0,
        "距最近充值{value}天", "was topped up {value} days ago",
    ),
    "numbers_per_identity": Feature(
        "identity", "numbers", "numbers registered on the same identity",
        lambda w: w.identity_numbers.cast("float64"),
        "同一证件名下有{value}个号码", "{value} numbers are on its identity",
    ),
    "batch_heavy": Feature(
        "identity", "numbers", "heavy callers among the numbers of its dealer batch",
        lambda w: w.batch_heavy.cast("float64"),
        "同一开卡批次有{value}个高频主叫", "{value} heavy callers are of its dealer batch",
    ),
    "is_organisation": Feature(
        "routing", "0/1", "a service number, hotline or SMS port",
        _is(Form.SERVICE, Form.HOTLINE, Form.SMS_PORT),
        "为机构服务号码", "is an organisation's service number",
    ),
    "is_landline": Feature(
        "routing", "0/1", "a landline", _is(Form.LANDLINE), "为固定电话", "is a landline",
    ),
    "is_mvno": Feature(
        "routing", "0/1", "a virtual operator's mobile number", _is(Form.MVNO),
        "为虚拟运营商号段", "is a virtual operator's number",
    ),
    "is_data_card": Feature(
        "routing", "0/1", "a data card making calls", _is(Form.DATA_CARD),
        "为物联网卡", "is a data card",
    ),
    "is_foreign": Feature(
        "routing", "0/1", "a number of another country", _is(Form.INTERNATIONAL),
        "为境外号码", "is a number of another country",
    ),
    "is_spoofed": Feature(
        "routing", "0/1", "a Chinese number that its caller does not own, by the trunk it came in",
        _is(Form.SPOOFED),
        "境外来话却显示境内号码", "comes in from abroad showing a domestic number",
    ),
    "is_lookalike": Feature(
        "routing", "0/1", "imitates a service number", _is(Form.LOOKALIKE),
        "仿冒客服短号", "imitates a service number",
    ),
    "is_impossible": Feature(
        "routing", "0/1", "no numbering plan has it", _is(Form.IMPOSSIBLE),
        "号码格式不存在", "is a number that cannot exist",
    ),
    "sms_per_day": Feature(
        "volume", "messages/day", "messages sent per day of the window",
        lambda w: _share(w.sms_sent, w.window_days),
        "平均每天发送{value}条短信", "sends {value} messages a day",
    ),
    "sms_receivers": Feature(
        "reach", "numbers", "distinct receivers of its messages",
        lambda w: w.sms_receivers.cast("float64"),
        "短信发给{value}个号码", "sent messages to {value} numbers",
    ),
    "complaint_heat": Feature(
        "complaints", "reporters",
        "distinct reporters as the points weigh them (0.1 without a record, 3 at most in all), half-life 14 days",
        lambda w: w.complaint_heat,
        "近期举报热度{value}", "recent complaints weigh {value}",
    ),
    "complaint_reporters": Feature(
        "complaints", "reporters",
        "distinct reporters of fraud or harassment, without those found wrong more often than right",
        lambda w: w.complaint_reporters.cast("float64"),
        "有{value}个不同的人举报", "{value} different people complained",
    ),
    "victim_overlap": Feature(
        "neighbours", "numbers",
        "callees of the last 7 days, counted once a day, whom another, confirmed number called too",
        lambda w: w.shared_callees.cast("float64"),
        "被叫中有{value}个也接到过已确认涉诈号码的来电", "{value} of its callees were called by confirmed numbers too",
    ),
}  # fmt: skip
"""Every feature by name; the order is the order of a model's columns."""
