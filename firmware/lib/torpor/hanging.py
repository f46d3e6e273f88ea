"""Install mode: for ten minutes the LED shows every motion and small pictures go home every few seconds."""

import asyncio

import board
import digitalio
import microcontroller
import supervisor

import node
import rows
from torpor import clock, codes, machine, marks, meter, settings, tasks
from torpor.energy import along
from torpor.installing import DESK, called
from torpor.lamp import Lamp, LOOK_ms
from torpor.rails import Rails
from torpor.showing import Showing

LASTS_ms = 600000
PAUSE_ms = 5000  # after a picture; motion ends it


class Hanging(machine.Wake):
    """As a wake, without record and books. `mV`, `soc`: of the battery at rest."""

    camera = None
    mV = 0
    soc = 100


def main(take=None):
    """Returns when it is over or was not wanted. `take(wake)`: async, gives (bytes, read_into) of a picture;
    None where there is no camera."""
    with Rails(node.RAILS) as rails:
        wake = Hanging(None, rails, _pir())
        wake.guard(node.WATCHDOG_MS)
        wake.end = clock.after(LASTS_ms + 60000)
        wake.settings = _settings()
        desk = supervisor.runtime.usb_connected
        button = called()
        if not wake.settings or (button and desk):  # a computer has the drive
            return
        if _low(wake, "low_pct" if button else "high_pct"):
            return
        if desk:
            microcontroller.nvm[DESK] = 0
        elif not node.LATCH:
            marks.add(marks.INSTALLS, marks.INSTALLS_END)
        tasks.run(_up(wake, desk, take))


def _pir():
    pir = digitalio.DigitalInOut(getattr(board, node.PIR))
    pir.switch_to_input(pull=digitalio.Pull.DOWN)
    return pir


def _settings():
    """Those of settings.toml; None if one is wrong: the first wake says which."""
    values, fresh = settings.load()
    if fresh:
        return values
    from torpor import forget, validate

    try:
        return validate.read()
    except ValueError as error:
        print("settings:", error)
    finally:
        forget.modules("torpor.validate")


async def _up(wake, desk, take):
    """Until time is over or the battery low. `desk`: a computer is connected, so it is not the garden."""
    lamp = Lamp(wake.pir)
    end = clock.after(LASTS_ms)
    asyncio.create_task(lamp.watch(wake))
    showing = Showing(wake, lamp, take)
    while clock.left(end) > 0 and not _low(wake, "low_pct"):
        await showing.once(clock.left(end) // 1000)
        pause = clock.after(PAUSE_ms)
        while clock.left(pause) > 0 and not lamp.rose:
            await asyncio.sleep_ms(LOOK_ms)
    if _low(wake, "low_pct"):
        lamp.say(codes.LOW, codes.LONG_ms)
    elif showing.heard and not desk:
        while marks.count(marks.INSTALLS, marks.INSTALLS_END) < marks.INSTALLED:
            marks.add(marks.INSTALLS, marks.INSTALLS_END)
    lamp.say(codes.NIGHT, codes.FLICKER_ms, codes.FLICKER_ms)
    await lamp.said()


def _low(wake, limit):
    """Whether there is less than this setting; what flows now is taken into account. A node without a meter
    works on as if its cell were full."""
    try:
        mV, tenth_mA = meter.of(wake).read_now()
    except meter.ERRORS:
        wake.meter = None
        return False
    wake.mV = mV + tenth_mA * rows.CELL[2] // 10000
    wake.soc = along(rows.CELL[0], wake.mV) // 100
    return wake.soc < wake.settings[limit]
