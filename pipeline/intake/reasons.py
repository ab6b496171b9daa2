"""Why a row is set aside: the slugs of rows and files, beside those of `pipeline.indicators`."""

from pipeline.indicators import REASONS as INDICATOR_REASONS

NOT_DATA = {
    "blank": "the line is empty",
    "comment": "the line begins with # or ! and stands where comments stand",
    "header": "the line names the columns",
}
"""Lines that claim nothing: counted as rejected, so that the counts add up, and not written down."""

ROW_REASONS = {
    "line-too-long": "the line is longer than the setting intake.max_line",
    "bad-encoding": "the bytes are no text in the encoding of the file",
    "bad-json": "the line is no JSON object",
    "open-quote": "a quoted cell begins and does not end within 100 lines",
    "columns": "the row has no cell in any column that names a site or a number",
    "fault": "a fault of the program, told in the message, stopped it at this row; tell its makers",
    "bad-time": "the time is in no form that is known, or lies in the future",
    "bad-count": "the count is no whole number from 1 to 2,147,483,647",
}

REASONS: dict[str, str] = NOT_DATA | ROW_REASONS | INDICATOR_REASONS
"""Slug → what it means: the whole list that docs/intake.md shows."""
