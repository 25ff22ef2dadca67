"""A bar chart as SVG, by hand: no drawing library is needed for it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, LABELS, BAR, GAP, TOP = 860, 270, 24, 10, 48
FONT = 'font-family="sans-serif" font-size="14"'
OURS, OTHERS = "#0b7a75", "#9aa5b1"


def bars(title: str, rows: Sequence[tuple[str, float, bool]]) -> str:
    """`rows` are (label, value, whether it is ours)."""
    highest = max(value for _, value, _ in rows)
    height = TOP + len(rows) * (BAR + GAP) + GAP
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="28" font-size="16" font-weight="bold">{escape(title)}</text>',
    ]
    for index, (label, value, ours) in enumerate(rows):
        top, long = TOP + index * (BAR + GAP), (WIDTH - LABELS - 70) * value / highest
        colour = OURS if ours else OTHERS
        lines += [
            f'<text x="{LABELS - 8}" y="{top + 17}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{LABELS}" y="{top}" width="{long:.1f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{LABELS + long + 6:.1f}" y="{top + 17}">{value:.0f}</text>',
        ]
    return "\n".join([*lines, "</svg>\n"])
