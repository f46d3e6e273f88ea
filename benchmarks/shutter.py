"""From the PIR's edge to the start of the frame, line by line, and who is still in view then.

For every design whose firmware is there, with the drive as source (.py) and compiled where that is
sound (.mpy). `platform_ms` is what no firmware can change: reset, safe-mode wait, radio.
"""

from __future__ import annotations

from statistics import median

from benchmarks.contract import Figure, Progress, Result

#: Visits to a garden in June, all by day, a quarter of an hour apart.
VISITS = tuple((36_000.0 + 900.0 * number, 30.0) for number in range(8))


def run(progress: Progress) -> Result:
    from boards import list_designs, load_design

    figures: dict[str, Figure] = {}
    ready = [name for name in list_designs() if load_design(name).firmware == "ready"]
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
    twin.life.keep_states = True
    twin.live()
    notes = [note for note in twin.life.notes if note.cause == "pin" and note.frames]
    waits = [note.frames[0].t_s - note.rose_s for note in notes]
    board = twin.design.board
    platform_s = board.v("boot") + board.v("radio_boot")
    lines = [_lines(twin.life.states, note.number, note.booted_s + platform_s) for note in notes]
    wait_s = median(waits)
    seen = [visitor for visitor in visitors(Garden(), 365, 0, 1) if visitor.seen]
    return {
        "pir_to_frame_ms": round(1000 * wait_s),
        "platform_ms": round(1000 * platform_s),
        "boot_ms": round(1000 * (platform_s + median(line[0] for line in lines))),
        "import_ms": round(1000 * median(line[0] for line in lines)),
        "triage_ms": round(1000 * median(line[1] for line in lines), 1),
        "camera_ms": round(1000 * (wait_s - platform_s - median(line[0] + line[1] for line in lines))),
        "of_it_settle_ms": round(1000 * twin.design.camera.v("settle")),
        "py_bytes_before_shutter": twin.life.loads.before_shutter,
        "in_view_fraction": round(sum(v.leave_s - v.t_s >= wait_s for v in seen) / len(seen), 3),
    }


def _lines(states: list[tuple[float, int, str]], wake: int, code_s: float) -> tuple[float, float]:
    """Seconds from the first line of code.py to the firmware's BOOT (imports), and from there to CAMERA."""
    entered = {state: t_s for t_s, number, state in states if number == wake}
    return entered["BOOT"] - code_s, entered["CAMERA"] - entered["BOOT"]
