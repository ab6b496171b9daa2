"""What is known of a case, for a reader: facts, visits, verdicts and decisions, a line each.

Whatever a page, a report or a file says is made inert and stays on its line (`pipeline.inert`): a
summary that a page could write lines into would be no evidence.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from pipeline.case import Case, Subject
from pipeline.inert import defanged, inert_line, shown
from pipeline.nouns import Decision, Indicator, Json, Observation, Verdict

_LONGEST = 400
"""Characters of one fact."""


def summary(
    case: Case, visits: Sequence[dict[str, Json]], faults: Sequence[str] = (), *, at: datetime
) -> str:
    """The text; `visits` are those that are kept, `faults` what does not fit its hashes."""
    lines = [f"证据摘要 / Evidence summary: {_named(case.asked)}"]
    lines += [f"制作于 / made at {at.isoformat()}", ""]
    if faults:
        lines.append(f"!! 证据不完整 / NOT WHOLE: {len(faults)} 处不符 / do not fit their hashes")
        lines += [f"!!   {inert_line(fault, _LONGEST)}" for fault in faults]
        lines.append("")
    if case.is_cut:
        lines += ["!! 此名称下还有更多，未列出 / more lies below this name than is told here", ""]
    if case.decisions:
        lines.append("决定 / Decisions")
        lines += [_decision(one) for one in case.decisions]
        lines.append("")
    for subject in case.subjects:
        key = str(subject.indicator)
        lines += _subject(subject, [one for one in visits if key in one["indicators"]])
    return "\n".join(lines)


def _subject(subject: Subject, visits: Sequence[dict[str, Json]]) -> Iterator[str]:
    yield f"== {_named(subject.indicator)}"
    yield "事实 / Facts (首次 first – 最近 last)"
    for one in subject.observations:
        span = f"{one.first_seen:%Y-%m-%d %H:%M} – {one.last_seen:%Y-%m-%d %H:%M}"
        yield f"  {one.prop:18} {span}  {_told(one)}"
    yield f"访问 / Visits: {len(visits)}"
    for visit in visits:
        yield f"  {inert_line(visit['at'], 40)}  {inert_line(visit['warc'], 100)}"
        for record in visit["records"]:
            if record["sha256"]:
                address = defanged(inert_line(record["url"], _LONGEST))
                yield f"    {inert_line(record['type'], 10):9} {record['sha256'][:64]}  {address}"
    if subject.verdicts:
        yield "研判 / Verdicts"
    for verdict in subject.verdicts:
        yield from _verdict(verdict)
    yield ""


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield (
        f"  {verdict.at.isoformat()}  {verdict.label.value}  p={verdict.probability:.3f}  "
        f"{inert_line(verdict.model, 100)}"
    )
    for reason in verdict.reasons:
        extract = f"  «{inert_line(reason.extract, _LONGEST)}»" if reason.extract else ""
        words = inert_line(f"{reason.zh} / {reason.en}", _LONGEST)
        yield f"    {reason.weight:+.2f}  {words}{extract}"


def _decision(decision: Decision) -> str:
    until = decision.expires_at.isoformat() if decision.expires_at else "—"
    judged = f"  ({_named(decision.subject)})" if decision.subject else ""
    return (
        f"  {decision.decided_at.isoformat()}  {decision.action.value}  {_named(decision.indicator)}"
        f"{judged}  {inert_line(decision.actor, 100)}  → {until}  "
        f"{inert_line(decision.reason, _LONGEST)}"
    )


def _named(indicator: Indicator) -> str:
    return f"{indicator.kind.value}:{inert_line(shown(indicator))}"


def _told(one: Observation) -> str:
    value = one.value
    if one.prop == "page":
        return f"{inert_line(value.get('title', ''))!r}, {value.get('text_length', 0)} characters"
    if one.prop == "http.hops":
        hops = (f"{defanged(hop['url'])} [{hop['status']} {hop['ip']}]" for hop in value)
        return inert_line(" → ".join(hops), 10 * _LONGEST)
    if one.prop == "page.further":
        return inert_line(", ".join(defanged(page["url"]) for page in value), 10 * _LONGEST)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return inert_line(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
