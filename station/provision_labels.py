"""A sheet of labels for boxes: name, design, place, and a code that leads a phone to the node's page.

No secret is on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import segno

from station.new_folder import NewNode

_STYLE = """
body { font-family: 'DejaVu Sans', Verdana, Arial, sans-serif; margin: 8mm; color: #222; background: #fff; }
main { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4mm; }
section { display: flex; justify-content: space-between; align-items: center; break-inside: avoid;
  border: 0.3mm solid #222; border-radius: 2mm; padding: 1mm 0 1mm 3mm; min-height: 27mm; }
h2 { margin: 0 0 1mm; font-size: 13pt; line-height: 1.15; overflow-wrap: anywhere; }
p { margin: 0.6mm 0 0; font-size: 7.5pt; line-height: 1.25; }
svg { flex: none; width: 26mm; height: 26mm; }
@page { size: A4; margin: 8mm; } @media print { body { margin: 0; } }
"""
#: Light around a code, in its own squares: the standard's.
QUIET = 4


def labels_page(nodes: Sequence[NewNode]) -> str:
    """One HTML page, three labels beside each other, to be printed and cut."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Labels of '
        f"{len(nodes)} nodes</title><style>{_STYLE}</style></head><body><main>\n"
        + "\n".join(_label(node) for node in nodes)
        + "\n</main></body></html>\n"
    )


def page_address(node: NewNode) -> str:
    """Where the station shows the node; before it was hung up its page leads to what it sees now."""
    host, port = node.answers["host"], node.answers["port"]
    return f"http://{host}:{port}/nodes/{node.name}"


def _label(node: NewNode) -> str:
    answers, design = node.answers, node.design
    cells = int(answers["cells"])
    cell = design.cell
    battery = f"{cells} x {1000 * cell.v('capacity'):g} mAh {cell.caps['chemistry']}"
    place = f"{_degrees(answers['latitude'], 'NS')} {_degrees(answers['longitude'], 'EW')}"
    panel = f"{design.panel.v('rated'):g} W, tilt {answers['tilt']}°, looks to {answers['azimuth']}°"
    lines = (answers["design"], panel, battery, place)
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    name = escape(node.name)
    return f"<section><div><h2>{name}</h2>{told}</div>{_code(page_address(node))}</section>"


def _code(address: str) -> str:
    """A QR code as a drawing. 15 % of it may be dirty (level M), or more where that needs no more room."""
    made = segno.make_qr(address, error="m")
    return made.svg_inline(border=QUIET, omitsize=True, title=address)


def _degrees(value: str, letters: str) -> str:
    number = float(value)
    return f"{abs(number):.4f} {letters[0] if number >= 0 else letters[1]}"
