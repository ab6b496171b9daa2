"""The call features as people read them: a short name of each, in Chinese and English.

Here and not in the catalogue of `classifiers.numbers`, because the desk shows them and the desk knows
no classifier. A test holds both to the same names.
"""

TITLES: dict[str, tuple[str, str]] = {
    "calls_per_day": ("日均呼出次数", "calls made a day"),
    "busiest_hour": ("最忙一小时呼出次数", "calls in the busiest hour"),
    "busiest_share": ("最忙一小时占比", "share of the busiest hour"),
    "burst": ("当日呼出与此前日均之比", "last day over the days before"),
    "callees_per_call": ("被叫去重占比", "distinct callees per call"),
    "once_share": ("只打过一次的被叫占比", "callees called just once"),
    "callees_per_day": ("日均被叫人数", "different callees a day"),
    "callee_entropy": ("被叫分散程度(熵)", "entropy of the callees"),
    "top_callee_share": ("最常联系人占比", "share of the top callee"),
    "answer_rate": ("接通率", "share of calls answered"),
    "mean_seconds": ("平均通话秒数", "mean seconds of a call"),
    "median_seconds": ("通话秒数中位数", "median seconds of a call"),
    "short_share": ("10秒内挂断占比", "answered calls under 10 s"),
    "long_share": ("5分钟以上通话占比", "answered calls over 5 min"),
    "callback_rate": ("回拨率", "callees who call back"),
    "out_share": ("呼出占比", "share of outgoing calls"),
    "in_calls_per_day": ("日均呼入次数", "calls received a day"),
    "callers_per_callee": ("来电人数与被叫人数之比", "callers per callee"),
    "stranger_callers": ("日均陌生来电人数", "unasked callers a day"),
    "night_share": ("夜间呼出占比", "share of calls at night"),
    "active_hours": ("日均活跃小时数", "active hours a day"),
    "hour_evenness": ("各小时呼出均匀度", "evenness over its hours"),
    "mean_gap": ("平均拨打间隔秒数", "seconds between calls"),
    "busy_share": ("通话时间占比", "share of time spent talking"),
    "active_days": ("活跃天数", "active days"),
    "imeis": ("一天内终端数", "devices in a day"),
    "sims_per_imei": ("同一终端的号码数", "numbers in its device"),
    "calls_per_imei": ("每台终端日均呼出次数", "calls per device and day"),
    "gateway_share": ("非手机终端呼出占比", "calls from gateway devices"),
    "cells": ("一天内小区数", "cells in a day"),
    "cell_crowd": ("同小区不移动高频主叫数", "unmoving heavy callers in its cell"),
    "cell_sync": ("同小区同步外呼号码数", "of them, began together"),
    "away_share": ("涉诈重点地区呼出占比", "calls from risk areas"),
    "tenure_days": ("开户天数", "days since activation"),
    "silent_days": ("此前沉默天数", "days of silence before"),
    "topup_days": ("距最近充值天数", "days since the last top-up"),
    "numbers_per_identity": ("同一证件号码数", "numbers on its identity"),
    "batch_heavy": ("同批次高频主叫数", "heavy callers of its batch"),
    "is_organisation": ("机构服务号码", "an organisation's number"),
    "is_landline": ("固定电话", "a landline"),
    "is_mvno": ("虚拟运营商号码", "a virtual operator's number"),
    "is_data_card": ("物联网卡", "a data card"),
    "is_foreign": ("境外号码", "a foreign number"),
    "is_spoofed": ("境外来话显示境内号码", "domestic number from abroad"),
    "is_lookalike": ("仿冒客服短号", "imitates a service number"),
    "is_impossible": ("号码格式不存在", "a number that cannot exist"),
    "sms_per_day": ("日均发送短信数", "messages sent a day"),
    "sms_receivers": ("短信接收号码数", "receivers of its messages"),
    "complaint_heat": ("近期举报热度", "weight of recent complaints"),
    "complaint_reporters": ("举报人数", "people who complained"),
    "victim_overlap": ("与涉诈号码共同被叫数", "callees shared with confirmed fraud"),
}
"""Name of a feature → its title in Chinese and in English."""


def title(name: str, language: str) -> str:
    """The title of a call feature in `zh` or `en`; of a name that is none, the name itself."""
    zh, en = TITLES.get(name, (name, name))
    return zh if language.startswith("zh") else en
