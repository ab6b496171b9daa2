"""What a visitor can see of a page: its text by blocks, and how much is hidden."""

from spiders.extract.elements import GAP, LINE, Elements, Span
from spiders.extract.fold import tidy


def read_visible(elements: Elements) -> tuple[str, int]:
    """The visible text with a line per block, and how much text is hidden."""
    parts = list(elements.parts)
    for span in elements.invisible:
        _remove(parts, span)
    hidden = 0
    # The inner ones first, because their text counts once.
    for span, taken_at_its_word in reversed(elements.hidden):
        text = [
            part for part in parts[span.start : span.end] if part is not LINE and part is not GAP
        ]
        hidden += len("".join(text).strip())
        if taken_at_its_word:
            _remove(parts, span)
    return tidy("".join(parts)), hidden


def _remove(parts: list[str], span: Span) -> None:
    parts[span.start : span.end] = [""] * (span.end - span.start)
