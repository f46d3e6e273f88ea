"""The STEMMA soil sensor: a seesaw chip on a bus of its own, whose pull-ups its rail powers."""

import time

import board
import busio

import node
import rows

MOISTURE, TEMPERATURE = b"\x0f\x10", b"\x00\x04"  # register: base and number
READY_s = 0.006
TRIES = 4


def read(wake):
    """One reading: moisture as the chip tells it (about 200 in dry air, 2000 in water), 1/100 C."""
    bus = busio.I2C(getattr(board, node.SENSOR_SCL), getattr(board, node.SENSOR_SDA))
    try:
        bus.try_lock()
        wake.keep(_moisture(bus), _centi_C(_ask(bus, TEMPERATURE, 4)))
    finally:
        bus.deinit()


def _ask(bus, register, count):
    raw = bytearray(count)
    bus.writeto(rows.SENSOR_ADDRESS, register)
    time.sleep(READY_s)
    bus.readfrom_into(rows.SENSOR_ADDRESS, raw)
    return int.from_bytes(raw, "big")


def _moisture(bus):
    """Now and then the chip is not ready and reads as ones."""
    for _ in range(TRIES):
        value = _ask(bus, MOISTURE, 2)
        if value < 4096:
            return value
    raise OSError(5)


def _centi_C(raw):
    """From 1/65536 of a degree; the chip's own library does not trust the two bits above its sign."""
    raw &= 0x3FFFFFFF
    return (raw - (raw >> 29 << 30)) * 100 >> 16
