"""The regulator's view: a dashboard, CSV beside every plot, and the report of a month."""

from markupsafe import Markup
from starlette.responses import Response

from pipeline.errors import FanzhaError
from pipeline.review.console import plots
from pipeline.review.console.gate import Call, NotFoundError, Rule
from pipeline.review.console.paper import printed
from pipeline.review.console.render import HERE
from pipeline.review.console.words import Words
from pipeline.review.console.words import mark as _
from pipeline.review.figures import Figure, all_figures, month_span
from pipeline.review.rights import Right
from pipeline.store.figures import Span

TITLES: dict[str, str] = {
    "reports": _("Reports a day, by source"),
    "listed": _("Entries listed a day, by category"),
    "live-by-category": _("Live entries by category"),
    "live-by-decider": _("Live entries by who decided"),
    "sources": _("Reports by source"),
    "regions": _("Where listed sites are hosted"),
    "delays": _("From report to listed to enforced"),
    "quality": _("Appeals, false positives and dead sites"),
    "verdicts": _("Verdicts by label"),
    "carriers": _("Carriers: from release to enforced"),
}
"""What each figure is called."""


def figures(call: Call) -> Response:
    """All figures of a month."""
    return _page(call, "figures.html")


def report(call: Call) -> Response:
    """The report of a month as a page to print."""
    return _page(call, "report.html")


def paper(call: Call) -> Response:
    """The report of a month as PDF, printed by Chromium where it is installed."""
    page = _page(call, "report.html", inline=True)
    content = printed(bytes(page.body).decode())
    if content is None:
        raise FanzhaError(_("No Chromium is installed here: print the report page instead."))
    month, _span = _month(call)
    headers = {"Content-Disposition": f'attachment; filename="fanzha-{month}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def table(call: Call) -> Response:
    """One figure as CSV."""
    name = call.params["name"]
    if name not in TITLES:
        raise NotFoundError(_("There is no such figure."))
    month, _span, found = _found(call)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{month}.csv"'}
    return Response(found[name].csv(), media_type="text/csv", headers=headers)


def drawn(figure: Figure, words: Words) -> object:
    """A figure as a plot; None for a table or where there is nothing to draw."""
    title = words(TITLES[figure.name])
    if not figure.rows:
        return None
    if figure.shape == "bars":
        told = words.country if figure.name == "regions" else words
        found = [plots.Bar(told(str(n)), float(v), f"{v:,}") for n, v in figure.rows[:20]]
        return plots.bars(found, title=title)
    if figure.shape == "days" and len(figure.columns) > 1:
        days = [str(row[0]) for row in figure.rows]
        series = {
            words(name): [float(row[n]) for row in figure.rows]
            for n, name in enumerate(figure.columns[1:], start=1)
        }
        return plots.columns(days, series, title=title)
    return None


def _page(call: Call, template: str, **values: object) -> Response:
    month, span, found = _found(call)
    plotted = {name: drawn(figure, call.words) for name, figure in found.items()}
    sheet = (HERE / "static" / "desk.css").read_text("utf-8") if values.get("inline") else ""
    values = {"inline": False, **values, "stylesheet": Markup(sheet)}  # noqa: S704 (a file of ours)
    return call.page(
        template, month=month, span=span, figures=found, plots=plotted, titles=TITLES, **values
    )


def _month(call: Call) -> tuple[str, Span]:
    return month_span(call.query.get("month", ""), call.desk.settings.desk.timezone, now=call.now)


def _found(call: Call) -> tuple[str, Span, dict[str, Figure]]:
    month, span = _month(call)
    with call.desk.store.read() as tx:
        found = all_figures(
            tx, span, receipts=call.desk.receipts(), carriers=call.desk.carriers(), now=call.now
        )
    return month, span, found


RULES = (
    Rule("GET", "/figures", figures, Right.SEE),
    Rule("GET", "/figures/report", report, Right.SEE),
    Rule("GET", "/figures/report.pdf", paper, Right.SEE),
    Rule("GET", "/figures/{name}.csv", table, Right.SEE),
)
