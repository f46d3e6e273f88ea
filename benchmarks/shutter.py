"""From the PIR's edge to the start of the frame, line by line, and who is still in view then.

For every design whose firmware is there, with the drive as source (.py) and compiled where that is sound
(.mpy).

`py_bytes_before_shutter` is the source that the shutter waits for: boot.py and all that is loaded until
the exposure begins to settle; `py_bytes_while_settling` comes in the time that the sensor needs anyway.
The lines, from the PIR's edge on: `boot_ms` (of it `platform_ms`, which no firmware can change: reset,
safe-mode wait, radio, and `import_ms`, from the first line of code.py to the firmware's first state),
`triage_ms`, `camera_ms` (driver, power-up, registers), `settle_ms`, `frame_ms` (from the capture command
to the frame's start). `code_to_settle_ms` is from the first line of code.py to the start of the settle
time; `bus_transfers` are those before the command.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from benchmarks.contract import Figure, Progress, Result
from sim.loads import Shutter
from sim.watching import WakeNote

#: Visits to a garden in June, all by day, a quarter of an hour apart.
VISITS = tuple((36_000.0 + 900.0 * number, 30.0) for number in range(8))


def run(progress: Progress) -> Result:
    from boards import list_designs, load_design

    figures: dict[str, Figure] = {}
    designs = [load_design(name) for name in list_designs()]
    ready = [design.name for design in designs if design.firmware == "ready" and design.camera]
    for index, name in enumerate(ready):
        for compiled in (False, True):
            form = "mpy" if compiled else "py"
            progress(f"{name} as .{form}", (index + compiled / 2) / len(ready))
            figures[f"{name} .{form}"] = _measure(name, compiled)
    return Result(figures)


def _measure(name: str, compiled: bool) -> dict[str, Figure]:
    from sim.run import build
    from sim.scenario import Scenario
    from sim.visitors import Garden, visitors

    twin = build(Scenario(design=name, days=0.6, start_day=170, quiet=True, visits=VISITS, compiled=compiled))
    life = twin.life
    life.keep_states = True
    ways = {}
    opened = life.loads.opened

    def listen() -> None:
        opened()
        ways[life.notes[-1].number] = life.loads.shutter

    life.loads.opened = listen  # type: ignore[method-assign]
    twin.live()
    notes = [note for note in twin.life.notes if note.cause == "pin" and note.frames]
    waits = [note.frames[0].t_s - note.rose_s for note in notes]
    board = twin.design.board
    platform_s = board.v("boot") + board.v("radio_boot")
    way = ways[notes[-1].number]
    assert way is not None
    wait_s = median(waits)

    def line_ms(of: Callable[[dict[str, float]], float]) -> float:
        return round(1000.0 * median(of(at) for at in times), 1)

    times = [_times(life.states, note, ways[note.number], platform_s) for note in notes]
    seen = [visitor for visitor in visitors(Garden(), 365, 0, 1) if visitor.seen]
    return {
        "pir_to_frame_ms": round(1000 * wait_s),
        "platform_ms": round(1000 * platform_s),
        "boot_ms": line_ms(lambda at: at["BOOT"] - at["rose"]),
        "import_ms": line_ms(lambda at: at["BOOT"] - at["code"]),
        "triage_ms": line_ms(lambda at: at["CAMERA"] - at["BOOT"]),
        "camera_ms": line_ms(lambda at: at["settle"] - at["CAMERA"]),
        "settle_ms": line_ms(lambda at: at["command"] - at["settle"]),
        "frame_ms": line_ms(lambda at: at["frame"] - at["command"]),
        "code_to_settle_ms": line_ms(lambda at: at["settle"] - at["code"]),
        "py_bytes_before_shutter": way.waited_for,
        "py_bytes_while_settling": way.overlapped,
        "bus_transfers": way.transfers,
        "in_view_fraction": round(sum(v.leave_s - v.t_s >= wait_s for v in seen) / len(seen), 3),
    }


def _times(
    states: list[tuple[float, int, str]], note: WakeNote, way: Shutter | None, platform_s: float
) -> dict[str, float]:
    """When each stretch of a wake began, s: of the PIR's edge, code.py, the states, and the shutter."""
    assert way is not None
    entered = {state: t_s for t_s, number, state in reversed(states) if number == note.number}
    return {
        "rose": note.rose_s,
        "code": way.code_s,
        "BOOT": next(t_s for t_s, number, state in states if number == note.number and t_s >= way.code_s),
        "CAMERA": entered["CAMERA"],
        "settle": way.settle_s,
        "command": way.command_s,
        "frame": note.frames[0].t_s,
    }
