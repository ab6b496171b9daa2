"""Numbers → SVG, drawn at the server: bars, lines and bands that follow the page's own style sheet.

Styled by class alone: the Content-Security-Policy allows no style attribute, and the same plot is
right in the light, in the dark and in print.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH = 640
_LEFT = 190
"""Room for the names of bars, in units of the view box."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is, how long, and what stands behind it."""

    name: str
    value: float
    note: str


def weights(bars: Sequence[Bar], *, title: str) -> Markup:
    """Bars to both sides of a zero line: what speaks for fraud to the right, against to the left."""
    reach = max((abs(bar.value) for bar in bars), default=0) or 1.0
    zero, half, row = 110, 100, 24
    parts = [
        Markup('<line class="axis" x1="{0}" y1="0" x2="{0}" y2="{1}"/>').format(
            zero, row * len(bars)
        )
    ]
    for n, bar in enumerate(bars):
        length = max(2.0, abs(bar.value) / reach * half)
        left = zero if bar.value >= 0 else zero - length
        side = "for" if bar.value >= 0 else "against"
        parts.append(
            Markup(
                '<rect class="bar {}" x="{:.1f}" y="{}" width="{:.1f}" height="14" rx="2"><title>{}'
                '</title></rect><text class="num" x="226" y="{}">{:+.2f}</text>'
            ).format(side, left, n * row + 5, length, bar.name, n * row + 16, bar.value)
        )
    return _svg(parts, width=270, height=max(row, row * len(bars)), title=title)


def bars(found: Sequence[Bar], *, title: str) -> Markup:
    """One bar below the other, each with its name and its number."""
    most = max((bar.value for bar in found), default=0) or 1.0
    row, room = 26, WIDTH - _LEFT - 70
    parts = []
    for n, bar in enumerate(found):
        length = bar.value / most * room
        parts.append(
            Markup(
                '<text class="name" x="{}" y="{}">{}</text>'
                '<rect class="bar" x="{}" y="{}" width="{:.1f}" height="16" rx="2"/>'
                '<text class="num" x="{:.1f}" y="{}">{}</text>'
            ).format(
                _LEFT - 10, n * row + 17, bar.name, _LEFT, n * row + 4, max(1.0, length),
                _LEFT + length + 8, n * row + 17, bar.note,
            )
        )  # fmt: skip
    return _svg(parts, width=WIDTH, height=max(row, row * len(found)), title=title)


def columns(days: Sequence[str], series: Mapping[str, Sequence[float]], *, title: str) -> Markup:
    """Stacked columns over days, one colour per series; at most eight series have one of their own."""
    height, bottom, left = 220, 190, 44
    totals = [sum(values[n] for values in series.values()) for n in range(len(days))]
    # Even, so that the line in the middle is a whole number.
    most = 2 * -(-max(totals, default=0) // 2) or 2
    step = (WIDTH - left - 8) / max(1, len(days))
    parts = _grid(most, left, bottom)
    for n, day in enumerate(days):
        base = float(bottom)
        for colour, (name, values) in enumerate(series.items()):
            tall = values[n] / most * (bottom - 16)
            if not tall:
                continue
            base -= tall
            parts.append(
                Markup(
                    '<rect class="s{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                    "<title>{}: {} {:g}</title></rect>"
                ).format(
                    colour % 8, left + n * step + step * 0.1, base, step * 0.8, tall,
                    day, name, values[n],
                )
            )  # fmt: skip
        if n % max(1, len(days) // 8) == 0:
            parts.append(
                Markup('<text class="tick" x="{:.1f}" y="{}">{}</text>').format(
                    left + n * step + step / 2, bottom + 18, day[5:]
                )
            )
    return _svg(parts, width=WIDTH, height=height, title=title)


def line(
    points: Sequence[tuple[str, float]], band: tuple[float, float] | None, *, title: str
) -> Markup:
    """A value over time, with the band in which ordinary ones lie behind it."""
    height, bottom, left, right = 120, 96, 44, 232
    most = max([value for _, value in points] + list(band or ()), default=0) or 1
    parts = []

    def up(value: float) -> float:
        return bottom - value / most * (bottom - 10)

    if band is not None:
        parts.append(
            Markup('<rect class="band" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
                left, up(band[1]), right - left, max(1.0, up(band[0]) - up(band[1]))
            )
        )
    step = (right - left) / max(1, len(points) - 1)
    spots = [(left + n * step, up(value)) for n, (_, value) in enumerate(points)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    parts.append(Markup('<polyline class="line" points="{}"/>').format(path))
    for (x, y), (day, value) in zip(spots, points, strict=True):
        parts.append(
            Markup(
                '<circle class="spot" cx="{:.1f}" cy="{:.1f}" r="3"><title>{} {:g}</title></circle>'
            ).format(x, y, day, value)
        )
    parts.append(Markup('<text class="tick end" x="38" y="14">{:g}</text>').format(most))
    parts.append(Markup('<text class="tick end" x="38" y="{}">0</text>').format(bottom))
    if points:
        parts.append(
            Markup('<text class="tick start" x="{}" y="116">{}</text>').format(left, points[0][0])
        )
    if len(points) > 1:
        parts.append(
            Markup('<text class="tick end" x="{}" y="116">{}</text>').format(right, points[-1][0])
        )
    return _svg(parts, width=240, height=height, title=title)


def _grid(most: float, left: int, bottom: int) -> list[Markup]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * (bottom - 16)
        parts.append(
            Markup(
                '<line class="grid" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>'
                '<text class="tick end" x="{}" y="{:.1f}">{:g}</text>'
            ).format(left, y, WIDTH, y, left - 6, y + 4, round(most * share, 1))
        )
    return parts


def _svg(parts: Sequence[Markup], *, width: int, height: int, title: str) -> Markup:
    head = Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        width, height, escape(title)
    )
    return head + Markup("").join(parts) + Markup("</svg>")
