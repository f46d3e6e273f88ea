"""A sheet of labels for boxes: name, design, place. No secret is on it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from station.new_folder import NewNode

_STYLE = """
body { font-family: 'DejaVu Sans', Verdana, Arial, sans-serif; margin: 8mm; color: #222; background: #fff; }
main { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4mm; }
section { border: 0.3mm solid #222; border-radius: 2mm; padding: 3mm; break-inside: avoid; min-height: 27mm; }
h2 { margin: 0 0 1.5mm; font-size: 15pt; overflow-wrap: anywhere; }
p { margin: 0; font-size: 8.5pt; line-height: 1.35; }
@page { size: A4; margin: 8mm; } @media print { body { margin: 0; } }
"""


def labels_page(nodes: Sequence[NewNode]) -> str:
    """One HTML page, three labels beside each other, to be printed and cut."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Labels of '
        f"{len(nodes)} nodes</title><style>{_STYLE}</style></head><body><main>\n"
        + "\n".join(_label(node) for node in nodes)
        + "\n</main></body></html>\n"
    )


def _label(node: NewNode) -> str:
    answers, design = node.answers, node.design
    cells = int(answers["cells"])
    cell = design.cell
    battery = f"{cells} x {1000 * cell.v('capacity'):g} mAh {cell.caps['chemistry']}"
    place = f"{_degrees(answers['latitude'], 'NS')} {_degrees(answers['longitude'], 'EW')}"
    panel = f"{design.panel.v('rated'):g} W, tilt {answers['tilt']}, looks to {answers['azimuth']}"
    lines = (answers["design"], panel, battery, place)
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<section><h2>{escape(node.name)}</h2>{told}</section>"


def _degrees(value: str, letters: str) -> str:
    number = float(value)
    return f"{abs(number):.4f} {letters[0] if number >= 0 else letters[1]}"
