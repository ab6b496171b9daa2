"""The notice that an appellant gets: what was decided, why, and what follows, ready to print."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipeline.settings import DeskSettings
from pipeline.store.appeals import Appeal, AppealState


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in one language, in paragraphs."""

    title: str
    paragraphs: tuple[str, ...]
    signed: str


_TITLES = {
    "zh": {
        AppealState.OPEN: "申诉受理通知",
        AppealState.UPHELD: "解除处置通知",
        AppealState.REJECTED: "申诉复核结果通知",
    },
    "en": {
        AppealState.OPEN: "Your appeal was received",
        AppealState.UPHELD: "The measure is lifted",
        AppealState.REJECTED: "Result of the review of your appeal",
    },
}

_BODIES = {
    "zh": {
        AppealState.OPEN: (
            "您对“{entry}”提出的申诉（第 {number} 号）已受理，将在 {due} 前复核并答复。",
        ),
        AppealState.UPHELD: (
            "经复核，您对“{entry}”提出的申诉（第 {number} 号）成立。该条目已改为放行，"
            "并随下一次发布从名单中移除；各运营商按各自的更新周期生效。",
            "复核理由：{answer}",
        ),
        AppealState.REJECTED: (
            "经复核，您对“{entry}”提出的申诉（第 {number} 号）不成立，该条目维持原处置。",
            "理由：{answer}",
            "如有新的情况或材料，可再次提出申诉，或依法申请行政复议、提起诉讼。",
        ),
    },
    "en": {
        AppealState.OPEN: (
            "Your appeal no. {number} about “{entry}” was received and will be answered by {due}.",
        ),
        AppealState.UPHELD: (
            "On review, your appeal no. {number} about “{entry}” is upheld. The entry is allowed from "
            "now on and leaves the lists with the next release; each carrier then follows at its own "
            "interval.",
            "Reason: {answer}",
        ),
        AppealState.REJECTED: (
            "On review, your appeal no. {number} about “{entry}” is rejected; the entry stays.",
            "Reason: {answer}",
            "With new facts or documents you may appeal again, and the legal remedies stay open to you.",
        ),
    },
}


def notice_of(
    appeal: Appeal, settings: DeskSettings, *, language: str, time: Callable[[datetime], str]
) -> Notice:
    """The notice of an appeal as it stands; `time` writes a time in the language and zone."""
    values = {
        "entry": appeal.indicator.value,
        "number": appeal.id,
        "due": time(appeal.due_at),
        "answer": appeal.answer or "",
    }
    return Notice(
        title=_TITLES[language][appeal.state],
        paragraphs=tuple(text.format(**values) for text in _BODIES[language][appeal.state]),
        signed=settings.office_zh if language == "zh" else settings.office_en,
    )
