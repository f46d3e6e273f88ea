"""The drawing of every design, and its wires as tables, for the page on wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from analysis.wiring import BOARD, SIGNAL, End, Wire, Wiring, wiring_of
from analysis.wiring_svg import name_of, wiring_svg
from boards import list_designs, load_design


def drawings() -> dict[str, Callable[[], str]]:
    """Return, below docs/, the drawing of each design."""
    return {f"images/wiring-{name}.svg": partial(_drawing, name) for name in list_designs()}


def wiring() -> str:
    """Return a drawing and two tables for each design: supplies first, then signals."""
    return "\n".join(line for name in list_designs() for line in _design(name))


@cache
def _wiring(name: str) -> Wiring:
    return wiring_of(load_design(name))


@cache
def _drawing(name: str) -> str:
    return wiring_svg(_wiring(name)).rstrip("\n") + "\n"


def _design(name: str) -> Iterator[str]:
    plan = _wiring(name)
    yield f"### {name}\n"
    yield f"{plan.title}.\n"
    picture = f"images/wiring-{name}.svg"
    yield f"[![Wiring of {name}]({picture})]({picture})\n"
    for heading, signal in (("supply and ground", False), ("signal", True)):
        yield f"| {heading}: from | to | |"
        yield "|---|---|---|"
        yield from (_row(plan, wire) for wire in plan.wires if (wire.kind == SIGNAL) == signal)
        yield ""
    yield from (f"- {role} is {pin} of the board itself: nothing to wire." for role, pin in plan.own)
    yield from (f"- {sentence}" for sentence in plan.warnings)
    yield ""


def _row(plan: Wiring, wire: Wire) -> str:
    return f"| {_named(plan, wire.here)} | {_named(plan, wire.there)} | {wire.note} |"


def _named(plan: Wiring, end: End) -> str:
    return f"{'board' if end.box == BOARD else name_of(plan, end.box)} {end.pin}"
