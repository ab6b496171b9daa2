"""What a person must see: what could not be listed, what waits, and what no model can promise."""

from starlette.responses import Response

from pipeline.review.console.gate import Call, Rule
from pipeline.review.rights import Right
from pipeline.store.problems import count_open_problems, open_problems

SHOWN = 200
"""Problems on the page, the newest first."""


def problems(call: Call) -> Response:
    """The problems that stand now; those of the models follow by themselves, for they take a while."""
    with call.desk.store.read() as tx:
        rows = open_problems(tx, limit=SHOWN)
        count = count_open_problems(tx)
    return call.page("problems.html", rows=rows, count=count)


def models(call: Call) -> Response:
    """What the models in force cannot promise."""
    return call.page("_promises.html", promises=call.desk.promises())


RULES = (
    Rule("GET", "/problems", problems, Right.SEE),
    Rule("GET", "/problems/models", models, Right.SEE),
)
