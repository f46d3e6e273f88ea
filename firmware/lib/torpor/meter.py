"""The INA219: powered down whenever it is not read, read around what blocks."""

import time

from adafruit_ina219 import INA219
from adafruit_register.i2c_struct import ROUnaryStruct, UnaryStruct

import rows
from torpor import meter_bus

ERRORS = (ValueError, RuntimeError, OSError)  # of its bus and its probe, where it does not answer
POLLS = 500  # of 0.13 ms and more: longer than any conversion


class _Chip(INA219):
    config = UnaryStruct(0, ">H")  # in one write: a sharp load may have reset the chip
    bus = ROUnaryStruct(2, ">H")  # volts, and two bits that say whether they count


class Meter:
    """One INA219. `shunt_mohm` is its shunt, `zero_uV` what it reads without a current, `pga` its range."""

    CONVERSION_ms = 18  # 2 x 8.51 ms (data sheet, table 7.5)

    def __init__(self, i2c, address, shunt_mohm, zero_uV=0, pga=rows.METER_PGA):
        self._chip = _Chip(i2c, address)
        self._shunt_mohm = shunt_mohm
        self._zero_uV = zero_uV
        self.turn = 0
        self._ask = pga << 11 | 0x0663  # one conversion of both channels, 16 samples of 12 bits each
        self._full = 4000 << pga  # where the shunt's converter ends, 10 uV
        self._top = self._full * 100 // shunt_mohm
        self._on = True
        self.off()

    def off(self):
        """Power down, if a conversion was begun and never read (its task was cancelled)."""
        if self._on:
            self._on = False
            try:
                self._chip.config = self._ask & ~3
            except OSError:
                pass  # it went away; whoever reads it will notice

    def start(self):
        """Begin one conversion of both channels -> its number; `read` may follow after CONVERSION_ms."""
        self._on = True
        self.turn += 1
        self._chip.config = self._ask
        return self.turn

    def read(self):
        """(mV, current in 0.1 mA) of the conversion begun by `start`; then power down. A current that the
        chip cannot show is the most it can: rows.METER_TOP. Raises OSError where nothing was converted."""
        shunt, bus = self._chip.raw_shunt_voltage, self._chip.bus
        self.off()
        if not bus & 2:
            raise OSError(5)
        current = self._top
        if not bus & 1 and abs(shunt) < self._full:
            current = min(current - 1, (100 * shunt - 10 * self._zero_uV) // self._shunt_mohm)
        return (bus >> 3) * 4 + 2, current  # the middle of its step

    def read_now(self):
        """`start`, wait in idle, `read`: for places where no task runs."""
        self.start()
        time.sleep(self.CONVERSION_ms / 1000)
        return self.read()

    def read_busy(self):
        """The same without idling: it asks whether the chip is ready."""
        self.start()
        for _ in range(POLLS):
            if self._chip.bus & 2:
                break
        return self.read()


def of(wake):
    """The meter of this wake. Raises ERRORS when it does not answer."""
    if wake.meter is None:
        zero_uV = wake.settings["zero_uV"] if wake.settings else 0
        wake.meter = Meter(meter_bus.of(wake), rows.METER_ADDRESS, rows.SHUNT_mohm, zero_uV)
    return wake.meter


def look(wake):
    """One reading with the CPU busy, into the ledger; where nothing answers, none."""
    try:
        wake.ledger.sample(*of(wake).read_busy())
    except ERRORS:
        wake.meter = None
