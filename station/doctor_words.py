"""An examination as a person reads it, and as plain data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from station.doctor_case import Case
from station.doctor_table import Finding, Weight, table

JSON_VERSION = 1
_MARKS = {Weight.WRONG: "wrong", Weight.DOUBTFUL: "doubtful", Weight.NOTE: "note"}
_COLOURS = {Weight.WRONG: "bold red", Weight.DOUBTFUL: "yellow", Weight.NOTE: "cyan"}


def show(screen: Console, found: Sequence[Finding], case: Case | None = None) -> None:
    """What is wrong and what to do, worst first; then what was measured."""
    for one in found:
        screen.print(f"[{_COLOURS[one.weight]}]{_MARKS[one.weight]:>8}[/]  ", end="")
        screen.print(one.what, markup=False, soft_wrap=True)
        screen.print(f"          {one.do}", markup=False, soft_wrap=True)
    if case is not None:
        for line in measured(case):
            screen.print(f"          {line}", style="dim", markup=False, soft_wrap=True)


def verdict(found: Sequence[Finding]) -> str:
    """One sentence at the end."""
    wrong = sum(one.weight is Weight.WRONG for one in found)
    doubtful = sum(one.weight is Weight.DOUBTFUL for one in found)
    if wrong:
        return f"{_count(wrong, 'thing is', 'things are')} wrong; the first one first, then ask again."
    if doubtful:
        return f"Nothing is wrong; {_count(doubtful, 'thing is', 'things are')} doubtful."
    return "Nothing is wrong."


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {many}"


def measured(case: Case) -> list[str]:
    """The figures of what works, a line each."""
    told, lines = case.heard.one, []
    if board := told("board.is"):
        version = ".".join(map(str, board["version"]))
        lines.append(
            f"{board['id']}, CircuitPython {version}: {board['heap'] // 1024} KiB of memory and"
            f" {board['free'] // 1024} KiB of its drive are free"
        )
    if (meter := told("meter.reads")) and meter["mV"]:
        lines.append(f"Supply {meter['mV'][1] / 1000:.2f} V, {meter['tenth_mA'][1] / 10:.1f} mA awake")
    if pir := told("pir.seen"):
        lines.append(f"Motion: rose {pir['rises']} times in {pir['seconds']} s")
    if picture := told("camera.picture"):
        lines.append(
            f"Picture {picture['width']} x {picture['height']}, {picture['length']:,} bytes,"
            f" {told('camera.started')['ms']} ms after its rail"  # type: ignore[index]
        )
    lines += _radio(case)
    if sleep := told("sleep.clock"):
        lines.append(f"Sleep of {sleep['asked_ms'] / 1000:.0f} s took {sleep['ms'] / 1000:.2f} s")
    return lines


def _radio(case: Case) -> list[str]:
    told, lines = case.heard.one, []
    heard, joined, home = told("wifi.heard"), told("wifi.joined"), told("home.took")
    if joined:
        signal = f", {heard['dBm']} dBm" if heard and heard["dBm"] is not None else ""
        lines.append(f"Wi-Fi joined in {joined['ms'] / 1000:.1f} s{signal}")
    elif case.by_air and heard and heard["dBm"] is not None:
        lines.append(f"Wi-Fi {heard['dBm']} dBm")
    if home:
        lines.append(f"The station took an upload in {home['ms']} ms and signed its answer")
    return lines


def document(
    found: Sequence[Finding], case: Case | None = None, picture: str = "", where: str = ""
) -> dict[str, Any]:
    """Everything but secrets: no check ever tells one."""
    return {
        "version": JSON_VERSION,
        "where": where,
        "design": case.design.name if case else "",
        "healthy": all(one.weight is not Weight.WRONG for one in found),
        "findings": [
            {"code": one.code, "weight": _MARKS[one.weight], "what": one.what, "do": one.do} for one in found
        ],
        "told": [{"code": one.code, **one.figures} for one in case.heard.told] if case else [],
        "picture": picture,
    }


def table_lines() -> list[str]:
    """The table of docs/doctor.md: every code, how bad it is, what is wrong and what to do."""
    rows = ["| code | | what is wrong | what to do |", "|---|---|---|---|"]
    for code, row in sorted(table().items()):
        rows.append(f"| `{code}` | {row['weight']} | {_cell(row['what'])} | {_cell(row['do'])} |")
    return rows


def _cell(sentence: str) -> str:
    """Figures as an ellipsis."""
    return re.sub(r"\{[^}]*\}", "...", sentence).replace("|", "/").replace("<", "&lt;")
