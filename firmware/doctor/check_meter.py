"""The bus that is always powered: who answers on it, what the INA219s read, whether a clock runs."""

import board
import busio

import node
import rows
from torpor.meter import ERRORS, Meter

TRIES = 12


def run(tell):
    try:
        bus = busio.I2C(getattr(board, rows.METER_SCL), getattr(board, rows.METER_SDA), frequency=node.I2C_Hz)
    except (RuntimeError, ValueError) as error:
        tell.say("meter.no_bus", text=str(error))
        return
    try:
        bus.try_lock()
        there = bus.scan()
        bus.unlock()
        tell.say("meter.bus", there=there, wanted=rows.METER_ADDRESS, clock=node.CLOCK)
        if rows.METER_ADDRESS in there:
            _read(tell, "meter.reads", bus, rows.METER_ADDRESS, rows.SHUNT_mohm, rows.METER_PGA)
        if len(rows.SUN_METER) == 3:  # in the panel's lead
            address, mohm, pga = rows.SUN_METER
            tell.say("meter.panel", wanted=address, there=address in there)
            if address in there:
                _read(tell, "meter.panel_reads", bus, address, mohm, pga)
        if node.CLOCK and node.CLOCK in there:
            _clock(tell, bus)
    finally:
        bus.deinit()


def _read(tell, code, bus, address, mohm, pga):
    """Some readings; an access that fails is counted."""
    failed, seen = 0, []
    for _ in range(TRIES):
        try:
            seen.append(Meter(bus, address, mohm, 0, pga).read_now())
        except ERRORS:
            failed += 1
    currents = sorted(found[1] for found in seen) or [0]
    tell.say(
        code,
        failed=failed,
        of=TRIES,
        mV=[min(found[0] for found in seen), max(found[0] for found in seen)] if seen else [],
        tenth_mA=[currents[0], currents[len(currents) // 2], currents[-1]],
        top=(4000 << pga) * 100 // mohm,
    )


def _clock(tell, bus):
    """Whether it knows the time, whether it goes, and whether its line can be let go."""
    import time

    from digitalio import DigitalInOut, Pull

    from torpor.ds3231 import DS3231

    try:
        chip = DS3231(bus, node.CLOCK)
        knows = chip.read() > 0
        before = _seconds(bus)
        time.sleep(1.5)
        goes = _seconds(bus) != before
        chip.silence()
    except OSError:
        tell.say("clock.failed")
        return
    line = DigitalInOut(getattr(board, node.CLOCK_INT))
    line.switch_to_input(pull=Pull.UP)
    time.sleep(0.002)
    tell.say("clock.is", knows=knows, goes=goes, line=int(line.value))
    line.deinit()


def _seconds(bus):
    """The clock's first register, trusted or not."""
    one = bytearray(1)
    bus.try_lock()
    try:
        bus.writeto_then_readfrom(node.CLOCK, b"\x00", one)
    finally:
        bus.unlock()
    return one[0]
