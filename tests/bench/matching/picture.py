"""The comparison of the day as SVG: a panel for each figure, a bar for each policy, the best one marked."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

PANELS = (
    ("served_percent", "orders served, %", True),
    ("pickup_p95_s", "95 % picked up within, s", False),
    ("pickup_median_s", "median pick-up, s", False),
    ("offers_per_served", "offers per served order", False),
    ("gini", "Gini of drivers' income an hour", False),
    ("drive_served_percent", "served in the monthly drive, %", True),
)
COLOURS = ("#0b7a75", "#6fb3ae", "#9aa5b1", "#c98b3d")
FONT = 'font-family="sans-serif" font-size="13"'
WIDTH, TOP, ACROSS, PANEL_W, PANEL_H, LABEL, BAR, STEP = 900, 52, 2, 444, 160, 112, 22, 28
DIGITS = {"gini": 3, "offers_per_served": 2, "served_percent": 2, "drive_served_percent": 1}


def panels(title: str, policies: Sequence[dict[str, Any]]) -> str:
    """`policies` as in the JSON document of the bench."""
    height = TOP + -(-len(PANELS) // ACROSS) * PANEL_H
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="30" font-size="16" font-weight="bold">{escape(title)}</text>',
    ]
    for number, (key, name, more_is_better) in enumerate(PANELS):
        left, top = number % ACROSS * PANEL_W + 12, TOP + number // ACROSS * PANEL_H
        lines += _panel(
            left,
            top,
            name,
            [(row["policy"], row["mean"][key]) for row in policies],
            more=more_is_better,
            key=key,
        )
    return "\n".join([*lines, "</svg>\n"])


def _panel(
    left: int, top: int, name: str, rows: Sequence[tuple[str, float]], *, more: bool, key: str
) -> list[str]:
    values = [value for _, value in rows]
    best, highest = (max if more else min)(values), max(values)
    heading = f"{escape(name)} ({'more' if more else 'less'} is better)"
    lines = [f'<text x="{left}" y="{top + 14}" font-weight="bold">{heading}</text>']
    for number, (label, value) in enumerate(rows):
        y, long = top + 24 + number * STEP, (PANEL_W - LABEL - 80) * value / highest
        colour = COLOURS[number % len(COLOURS)]
        shown = f"{value:.{DIGITS.get(key, 0)}f}{' ★' if value == best else ''}"
        lines += [
            f'<text x="{left + LABEL - 8}" y="{y + 16}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{left + LABEL}" y="{y}" width="{long:.1f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{left + LABEL + long + 6:.1f}" y="{y + 16}">{shown}</text>',
        ]
    return lines
